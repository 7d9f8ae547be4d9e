import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixedClock } from '../../test/boot.ts'
import { bootSending, type SendRig } from '../../test/send-rig.ts'

let rig: SendRig
const clock = fixedClock(Date.now())
const hour = 3_600_000

beforeAll(async () => {
  rig = await bootSending({ clock })
})
afterAll(() => rig.close())

const rows = (chatId: string) => rig.ctx.db.q.selectFrom('outbox').selectAll().where('chat_id', '=', chatId).execute()

describe('taking an answer', () => {
  it('commits message, outbox, chat and log together and answers 202 queued (SND-1)', async () => {
    const chat = await rig.newChat('INSTAGRAM')
    const key = randomUUID()
    const { status, body } = await rig.post(chat, { text: 'Yes, it is.' }, { key })
    expect(status).toBe(202)
    expect(body).toMatchObject({
      state: 'queued',
      sender: 'AGENT',
      isTicklegram: true,
      content: 'Yes, it is.',
      clientKey: key,
      origin: 'ticklegram',
    })
    expect(body.sentBy).toEqual({ id: rig.cast.supervisor.id, name: rig.cast.supervisor.name })
    const stored = await rig.ctx.db.q
      .selectFrom('instagram_messages')
      .selectAll()
      .where('id', '=', body.id)
      .executeTakeFirstOrThrow()
    expect(JSON.parse(stored.metadata_json ?? '')).toEqual({
      sent_by: { id: rig.cast.supervisor.id, name: rig.cast.supervisor.name, email: rig.cast.supervisor.email },
    })
    expect(stored).toMatchObject({ sent_by: rig.cast.supervisor.id, is_ticklegram: 1, mid: null })
    const log = await rig.ctx.db.q
      .selectFrom('instagram_message_logs')
      .selectAll()
      .where('id', '=', body.id)
      .executeTakeFirstOrThrow()
    expect(log).toMatchObject({ direction: 'outbound', text: 'Yes, it is.', igsid: chat.contactId, message_id: null })
    const after = await rig.ctx.db.q.selectFrom('chats').selectAll().where('id', '=', chat.id).executeTakeFirstOrThrow()
    expect(after).toMatchObject({
      last_message: 'Yes, it is.',
      last_message_sender: 'AGENT',
      last_message_kind: 'text',
      waiting_since: null,
    })
  })

  it('gives twenty parallel posts with one key one message (SND-1)', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const key = randomUUID()
    const replies = await Promise.all(Array.from({ length: 20 }, () => rig.post(chat, { text: 'Once only' }, { key })))
    expect(new Set(replies.map((r) => r.status))).toEqual(new Set([202]))
    expect(new Set(replies.map((r) => r.body.id)).size).toBe(1)
    expect(await rows(chat.id)).toHaveLength(1)
    expect((await rig.messages(chat)).filter((m) => m.sender === 'AGENT')).toHaveLength(1)
  })

  it('refuses the same key for another text or another chat with 409 (SND-1)', async () => {
    const [one, two] = [await rig.newChat('FACEBOOK'), await rig.newChat('FACEBOOK')]
    const key = randomUUID()
    expect((await rig.post(one, { text: 'First' }, { key })).status).toBe(202)
    for (const reply of [
      await rig.post(one, { text: 'Second' }, { key }),
      await rig.post(two, { text: 'First' }, { key }),
    ]) {
      expect(reply).toMatchObject({ status: 409, body: { error: { code: 'idempotency_key_reused' } } })
    }
    const both = randomUUID()
    const raced = await Promise.all([
      rig.post(one, { text: 'Raced' }, { key: both }),
      rig.post(two, { text: 'Raced' }, { key: both }),
    ])
    expect(raced.map((r) => r.status).sort()).toEqual([202, 409])
  })

  it('wants a UUID as key', async () => {
    const chat = await rig.newChat('FACEBOOK')
    expect((await rig.post(chat, { text: 'x' }, { key: 'not-a-uuid' })).status).toBe(400)
    expect((await rig.post(chat, { text: 'x' }, { key: '' })).status).toBe(400)
  })

  it('knows no chat that this person may not see, and lets nobody send without chat:message', async () => {
    const chat = await rig.newChat('FACEBOOK')
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ assigned_to: rig.cast.tomas.id, status: 'assigned' })
      .where('id', '=', chat.id)
      .execute()
    expect((await rig.post(chat, { text: 'x' }, { userId: rig.cast.ines.id })).status).toBe(404)
    expect((await rig.post(chat, { text: 'x' }, { userId: rig.cast.noPosition.id })).status).toBe(403)
    expect((await rig.post(chat, { text: 'x' }, { userId: rig.cast.tomas.id })).status).toBe(202)
  })

  it('clears the unread count for the assignee and not for a supervisor who helps out', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const unread = async () =>
      (
        await rig.ctx.db.q
          .selectFrom('chats')
          .select('unread_count')
          .where('id', '=', chat.id)
          .executeTakeFirstOrThrow()
      ).unread_count
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ assigned_to: rig.cast.tomas.id, status: 'assigned', unread_count: 2 })
      .where('id', '=', chat.id)
      .execute()
    await rig.post(chat, { text: 'From above' })
    expect(await unread()).toBe(2)
    await rig.post(chat, { text: 'From me' }, { userId: rig.cast.tomas.id })
    expect(await unread()).toBe(0)
  })

  it("keeps the chat's order by position, whoever posts", async () => {
    const chat = await rig.newChat('INSTAGRAM')
    await Promise.all(Array.from({ length: 8 }, (_, i) => rig.post(chat, { text: `Part ${i}` })))
    expect((await rows(chat.id)).map((r) => r.position).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('refuses an inactive page and a disconnected one in words', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const { forgetChannels } = await import('../channels/channel-for.ts')
    await rig.ctx.db.q.updateTable('facebook_pages').set({ is_active: 0 }).execute()
    forgetChannels(rig.ctx.db)
    expect((await rig.post(chat, { text: 'x' })).body.error?.code).toBe('page_inactive')
    await rig.ctx.db.q.updateTable('facebook_pages').set({ is_active: 1 }).execute()
    forgetChannels(rig.ctx.db)
    expect((await rig.post(chat, { text: 'x' })).status).toBe(202)
  })
})

describe('the text (SND-14)', () => {
  it('counts characters on Messenger and UTF-8 bytes on Instagram', async () => {
    const [facebook, instagram] = [await rig.newChat('FACEBOOK'), await rig.newChat('INSTAGRAM')]
    expect((await rig.post(facebook, { text: '😀'.repeat(2000) })).status).toBe(202)
    expect(await rig.post(facebook, { text: '😀'.repeat(2001) })).toMatchObject({
      status: 422,
      body: { error: { code: 'text_too_long' } },
    })
    expect((await rig.post(instagram, { text: 'é'.repeat(500) })).status).toBe(202)
    expect(await rig.post(instagram, { text: `${'é'.repeat(500)}a` })).toMatchObject({
      status: 422,
      body: { error: { code: 'text_too_long', details: { length: 1001, max: 1000, unit: 'bytes' } } },
    })
  })

  it('refuses what could not leave as it was composed, and emptiness', async () => {
    const chat = await rig.newChat('FACEBOOK')
    expect((await rig.post(chat, { text: 'half \ud83d' })).status).toBe(400)
    expect((await rig.post(chat, { text: ' \n ' })).body.error?.code).toBe('text_empty')
  })
})

describe('the messaging window (SND-11)', () => {
  it.each([
    ['23:59:59.999', 24 * hour - 1, false, 202],
    ['24:00:00.000', 24 * hour, false, 422],
    ['24:00:00.000 as human agent', 24 * hour, true, 202],
    ['7 days less a millisecond as human agent', 7 * 24 * hour - 1, true, 202],
    ['7 days as human agent', 7 * 24 * hour, true, 422],
  ])('%s after the customer wrote', async (_name, age, humanAgent, status) => {
    const chat = await rig.newChat('FACEBOOK')
    const { dbTime } = await import('../platform/db/time.ts')
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ last_incoming_at: dbTime(clock.now() - age) })
      .where('id', '=', chat.id)
      .execute()
    const reply = await rig.post(chat, { text: 'Within time?', humanAgent })
    expect(reply.status).toBe(status)
    if (status === 422) expect(reply.body.error?.code).toBe('outside_window')
  })

  it('answers a repeat of an accepted request with its message even when the window has closed since', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const key = randomUUID()
    const first = await rig.post(chat, { text: 'Just in time' }, { key })
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ last_incoming_at: '2020-01-01 00:00:00.000' })
      .where('id', '=', chat.id)
      .execute()
    const again = await rig.post(chat, { text: 'Just in time' }, { key })
    expect([again.status, again.body.id]).toEqual([202, first.body.id])
  })
})
