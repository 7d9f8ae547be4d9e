import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pageId } from '../../test/meta-payloads.ts'
import { bootSending, type SendRig, type TestChat, until } from '../../test/send-rig.ts'
import { connectChannel } from '../channels/connect-channel.ts'
import { createGraph } from '../meta/graph.ts'
import { databaseNow, dbTime } from '../platform/db/time.ts'
import { claimMessage, expireLeases } from './claim-message.ts'
import type { Sender } from './sender.ts'
import { retryDelay, settleOutcome } from './settle-outcome.ts'

let rig: SendRig
let senders: Sender[] = []

beforeAll(async () => {
  rig = await bootSending()
})
afterEach(async () => {
  await rig.faults()
  await Promise.all(senders.map((sender) => sender.stop()))
  senders = []
  await rig.ctx.db.q
    .updateTable('outbox')
    .set({ state: 'failed' })
    .where('state', 'in', ['queued', 'sending', 'unknown'])
    .execute()
})
afterAll(() => rig.close())

const start = (options?: Parameters<SendRig['startSender']>[0]) => {
  const sender = rig.startSender(options)
  senders.push(sender)
  return sender
}
const outbox = (id: string) =>
  rig.ctx.db.q.selectFrom('outbox').selectAll().where('message_id', '=', id).executeTakeFirstOrThrow()
const inState = (id: string, ...states: string[]) =>
  until(`${states.join(' or ')}`, async () => {
    const row = await outbox(id)
    return states.includes(row.state) ? row : null
  })
const acceptedFor = async (chat: TestChat) => (await rig.sends()).filter((send) => send.recipientId === chat.contactId)
const both = ['FACEBOOK', 'INSTAGRAM'] as const

describe('sending', () => {
  it.each(both)(
    "takes a message from queued over sending to sent, with Meta's id, byte for byte (SND-2, SND-14, %s)",
    async (platform) => {
      const chat = await rig.newChat(platform)
      const text = '  <b>"50 % & mehr"</b>\n\tשלום 👩‍👩‍👧 e\u0301 \\n  '
      const posted = await rig.post(chat, { text })
      await rig.faults({ kind: 'slow', ms: 150, times: 1 })
      start()
      const sending = await inState(posted.body.id, 'sending', 'sent')
      expect(sending).toMatchObject({ state: 'sending', attempts: 1 })
      expect(sending.lease_until).not.toBeNull()
      await inState(posted.body.id, 'sent')
      const [send] = await acceptedFor(chat)
      expect(send).toMatchObject({ text, metadata: posted.body.id, tag: null })
      const after = await until("Meta's id and time", async () => {
        const message = await rig.message(chat, posted.body.id)
        return Date.parse(message.timestamp) === send?.at ? message : null
      })
      expect(['sent', 'delivered', 'read']).toContain(after.state)
      expect((await rig.messages(chat)).filter((m) => m.sender !== `${platform}_USER`)).toHaveLength(1)
      if (platform === 'INSTAGRAM') {
        const logs = await rig.ctx.db.q
          .selectFrom('instagram_message_logs')
          .select(['id', 'message_id'])
          .where('igsid', '=', chat.contactId)
          .where('direction', '=', 'outbound')
          .execute()
        expect(logs).toEqual([{ id: posted.body.id, message_id: send?.mid }])
      }
    },
  )

  it('sends a quotation and the human-agent tag as Meta wants them', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const [question] = await rig.messages(chat)
    const posted = await rig.post(chat, { text: 'About this one', replyTo: question?.id })
    expect(posted.body.replyTo).toMatchObject({ messageId: question?.id })
    const late = await rig.newChat('INSTAGRAM')
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ last_incoming_at: dbTime(Date.now() - 30 * 3_600_000) })
      .where('id', '=', late.id)
      .execute()
    const tagged = await rig.post(late, { text: 'Back from the weekend', humanAgent: true })
    start()
    await inState(posted.body.id, 'sent')
    await inState(tagged.body.id, 'sent')
    expect((await acceptedFor(chat))[0]?.replyTo).toBeTruthy()
    expect((await acceptedFor(late))[0]?.tag).toBe('HUMAN_AGENT')
  })

  it('keeps the order of each chat while chats go beside each other (SND-8)', async () => {
    const chats = await Promise.all(Array.from({ length: 5 }, (_, i) => rig.newChat(both[i % 2] ?? 'FACEBOOK')))
    const before = (await rig.sends()).length
    for (let n = 0; n < 6; n++) await Promise.all(chats.map((chat) => rig.post(chat, { text: `Part ${n}` })))
    start()
    await until('all sent', async () => (await rig.sends()).length - before === 30)
    for (const chat of chats)
      expect((await acceptedFor(chat)).map((s) => s.text)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `Part ${n}`))
    for (const chat of chats) {
      await until('shown in that order', async () => {
        const shown = (await rig.messages(chat)).filter((m) => m.sender === 'AGENT').map((m) => m.content)
        return shown.join() === [5, 4, 3, 2, 1, 0].map((n) => `Part ${n}`).join()
      })
    }
  })

  it('sends everything once with several senders on one database (SND-9)', async () => {
    const chats = await Promise.all(Array.from({ length: 6 }, () => rig.newChat('FACEBOOK')))
    const before = (await rig.sends()).length
    for (let n = 0; n < 5; n++) await Promise.all(chats.map((chat) => rig.post(chat, { text: `Once ${n}` })))
    for (let n = 0; n < 3; n++) start({ pollMs: 10 })
    await until('all settled', async () => {
      const open = await rig.ctx.db.q
        .selectFrom('outbox')
        .select('message_id')
        .where('state', 'in', ['queued', 'sending', 'unknown'])
        .execute()
      return open.length === 0
    })
    const sent = (await rig.sends()).slice(before)
    expect(sent).toHaveLength(30)
    expect(new Set(sent.map((s) => s.metadata)).size).toBe(30)
    for (const chat of chats)
      expect((await acceptedFor(chat)).map((s) => s.text)).toEqual([0, 1, 2, 3, 4].map((n) => `Once ${n}`))
  })
})

describe('what went wrong', () => {
  it.each([
    ['10/2018278', { code: 10, subcode: 2018278, status: 403 }, 'outside_window'],
    ['551', { code: 551 }, 'recipient_unavailable'],
    ['200', { code: 200, status: 403 }, 'permission_missing'],
    ['100', { code: 100 }, 'bad_request'],
    ['368', { code: 368 }, 'page_restricted'],
  ])(
    'a refusal %s fails with its reason, is not repeated, and the next message goes on (SND-3)',
    async (code, fault, reason) => {
      const chat = await rig.newChat('FACEBOOK')
      const [first, second] = [await rig.post(chat, { text: 'Refused' }), await rig.post(chat, { text: 'Next' })]
      await rig.faults({ kind: 'error', times: 1, ...fault })
      start()
      await inState(second.body.id, 'sent')
      const failed = await rig.message(chat, first.body.id)
      expect(failed).toMatchObject({ state: 'failed', failure: { reason, code } })
      expect((await acceptedFor(chat)).map((s) => s.text)).toEqual(['Next'])
    },
  )

  it('a failed answer leaves the customer waiting, and trying again puts it at the end', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Refused once' })
    await rig.faults({ kind: 'error', code: 10, times: 1 })
    start()
    await inState(posted.body.id, 'failed')
    const row = await rig.ctx.db.q.selectFrom('chats').selectAll().where('id', '=', chat.id).executeTakeFirstOrThrow()
    expect(row.waiting_since).not.toBeNull()
    const later = await rig.post(chat, { text: 'Later' })
    await inState(later.body.id, 'sent')
    const retried = await rig.resolve(chat, posted.body.id, 'retry')
    expect(retried.status).toBe(200)
    await inState(posted.body.id, 'sent')
    expect((await acceptedFor(chat)).map((s) => s.text)).toEqual(['Later', 'Refused once'])
    expect((await rig.resolve(chat, posted.body.id, 'retry')).body.error?.code).toBe('not_possible')
  })

  it.each(['timeout_after_success', 'reset_after_success', 'garbage', 'html', 'empty'])(
    '%s is not confirmed, is never sent again by itself, and the echo settles it (SND-3, SND-4)',
    async (kind) => {
      for (const platform of both) {
        const chat = await rig.newChat(platform)
        const posted = await rig.post(chat, { text: `Did it arrive? ${kind}` })
        await rig.control('PUT', '/switches', { paused: true })
        await rig.faults({ kind, times: 1 })
        const sender = start()
        const unknown = await inState(posted.body.id, 'unknown')
        expect(unknown).toMatchObject({ attempts: 1, reason: 'unknown_outcome' })
        expect((await rig.message(chat, posted.body.id)).failure?.actions).toEqual(['check', 'send_again', 'dismiss'])
        await rig.control('PUT', '/switches', { paused: false })
        await inState(posted.body.id, 'sent')
        await sender.stop()
        expect(await acceptedFor(chat)).toHaveLength(1)
        expect((await rig.messages(chat)).filter((m) => m.content === posted.body.content)).toHaveLength(1)
      }
    },
  )

  it.each([
    ['1', 'unknown'],
    ['2', 'queued'],
  ])('a Graph error %s with status 500 ends as %s', async (code, state) => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Hm' })
    await rig.faults({ kind: 'server_error', code: Number(code), times: 1 })
    start()
    const row = await until('an end', async () => {
      const now = await outbox(posted.body.id)
      return now.attempts === 1 && now.state === state ? now : null
    })
    expect(row.error_code).toBe(code)
    if (state === 'queued') await inState(posted.body.id, 'sent')
    expect(await acceptedFor(chat)).toHaveLength(state === 'queued' ? 1 : 0)
  })

  it('a Meta that cannot be reached was not reached: it waits and comes back (SND-3)', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Anyone?' })
    const meta = { ...rig.app.config.meta, graphUrl: 'http://127.0.0.1:1/facebook' }
    const unreachable = createGraph(meta, { log: rig.ctx.log, metrics: rig.ctx.metrics })
    const sender = start({ ctx: { ...rig.ctx, graph: unreachable } })
    const row = await until('a retry', async () => {
      const now = await outbox(posted.body.id)
      return now.state === 'queued' && now.reason === 'unreachable' ? now : null
    })
    expect((await rig.message(chat, posted.body.id)).failure).toMatchObject({
      reason: 'unreachable',
      retryAt: expect.any(String),
    })
    expect(row.tries).toBeGreaterThan(0)
    await sender.stop()
    start()
    await inState(posted.body.id, 'sent')
    expect(await acceptedFor(chat)).toHaveLength(1)
  })

  it('a message whose outcome stays unknown holds the queue until a person decides (SND-4, SND-8)', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const [first, second] = [await rig.post(chat, { text: 'Lost' }), await rig.post(chat, { text: 'After it' })]
    await rig.faults({ kind: 'timeout', times: 1 })
    start()
    await inState(first.body.id, 'unknown')
    expect((await rig.resolve(chat, first.body.id, 'check')).body.state).toBe('unknown')
    expect((await outbox(second.body.id)).state).toBe('queued')
    expect((await rig.resolve(chat, first.body.id, 'retry')).status).toBe(409)
    const dismissed = await rig.resolve(chat, first.body.id, 'dismiss')
    expect(dismissed).toMatchObject({ status: 200, body: { state: 'unknown' } })
    await inState(second.body.id, 'sent')
    expect((await acceptedFor(chat)).map((s) => s.text)).toEqual(['After it'])
  })

  it("sending again is a person's decision and one more attempt (SND-4)", async () => {
    const chat = await rig.newChat('INSTAGRAM')
    const posted = await rig.post(chat, { text: 'Lost for sure' })
    await rig.faults({ kind: 'timeout', times: 1 })
    start()
    await inState(posted.body.id, 'unknown')
    expect((await rig.resolve(chat, posted.body.id, 'send_again')).status).toBe(200)
    const sent = await inState(posted.body.id, 'sent')
    expect(sent).toMatchObject({ attempts: 2, repeats: 1, resolved_by: rig.cast.supervisor.id })
    expect(await acceptedFor(chat)).toHaveLength(1)
  })

  it('without any echo Graph itself is asked, and the message found (SND-4)', async () => {
    for (const platform of both) {
      const chat = await rig.newChat(platform)
      await rig.control('PUT', '/switches', { echo: 'never' })
      const posted = await rig.post(chat, { text: 'Look it up' })
      await rig.faults({ kind: 'timeout_after_success', times: 1 })
      const sender = start()
      await inState(posted.body.id, 'unknown')
      await rig.ctx.db.q
        .updateTable('outbox')
        .set({ next_attempt_at: '2020-01-01 00:00:00.000' })
        .where('message_id', '=', posted.body.id)
        .execute()
      await inState(posted.body.id, 'sent')
      await sender.stop()
      await rig.control('PUT', '/switches', { echo: 'after' })
      const [send] = await acceptedFor(chat)
      const stored = await rig.ctx.db.q
        .selectFrom(platform === 'INSTAGRAM' ? 'instagram_messages' : 'facebook_messages')
        .select('mid')
        .where('id', '=', posted.body.id)
        .executeTakeFirst()
      expect(stored?.mid).toBe(send?.mid)
    }
  })
})

describe('retries (SND-6)', () => {
  it('a hundred failures at once spread so that no 100 ms hold more than a tenth of them', () => {
    const delays = Array.from({ length: 100 }, () => retryDelay(1)).sort((a, b) => a - b)
    for (const from of delays) expect(delays.filter((d) => d >= from && d < from + 100).length).toBeLessThanOrEqual(10)
    expect(Math.max(...Array.from({ length: 200 }, () => retryDelay(8)))).toBeLessThanOrEqual(60_000)
  })

  it.each([
    ['after the eighth try', { tries: 7, first_tried_at: dbTime(Date.now()) }],
    ['after a quarter of an hour', { tries: 2, first_tried_at: dbTime(Date.now() - 15 * 60_000) }],
  ])('gives up %s', async (_name, set) => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Again and again' })
    await rig.ctx.db.q.updateTable('outbox').set(set).where('message_id', '=', posted.body.id).execute()
    await rig.faults({ kind: 'server_error', code: 2 })
    start()
    await inState(posted.body.id, 'failed')
    expect((await rig.message(chat, posted.body.id)).failure).toMatchObject({
      reason: 'gave_up',
      code: '2',
      actions: ['retry'],
    })
  })
})

describe('processes that die or stand still (SND-9)', () => {
  const claim = async (chat: TestChat, text: string) => {
    const posted = await rig.post(chat, { text })
    const candidate = { messageId: posted.body.id, chatId: chat.id, platform: chat.platform, pageId }
    const channel = {
      id: '',
      platform: 'FACEBOOK',
      pageId,
      token: '',
      flavour: 'facebook',
      isActive: true,
      tokenState: 'valid',
    } as const
    const claimed = await claimMessage(rig.ctx, candidate, 'a-process', channel)
    if (!claimed) throw new Error('not claimed')
    return { claimed, again: () => claimMessage(rig.ctx, candidate, 'another-process', channel) }
  }
  const expire = async (id: string) => {
    await rig.ctx.db.q
      .updateTable('outbox')
      .set({ lease_until: '2020-01-01 00:00:00.000' })
      .where('message_id', '=', id)
      .execute()
    await expireLeases(rig.ctx, await databaseNow(rig.ctx.db.q, rig.ctx.db.engine))
  }

  it("a claimed message is nobody else's, and unknown once its lease has run out", async () => {
    const { claimed, again } = await claim(await rig.newChat('FACEBOOK'), 'Mine')
    expect(await again()).toBeNull()
    await expire(claimed.messageId)
    expect(await outbox(claimed.messageId)).toMatchObject({ state: 'unknown', attempts: 1 })
    expect(await again()).toBeNull()
  })

  it('a process that wakes up late does not overwrite a later attempt', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const { claimed, again } = await claim(chat, 'Late')
    await expire(claimed.messageId)
    await rig.resolve(chat, claimed.messageId, 'send_again')
    expect(await again()).toMatchObject({ attempt: 2 })
    await settleOutcome(rig.ctx, claimed, { ok: true, mid: 'm_late' })
    await settleOutcome(rig.ctx, claimed, {
      ok: false,
      reason: 'bad_request',
      code: '100',
      text: '',
      outcome: 'not_delivered',
      retryable: false,
      retryAfterMs: null,
    })
    expect(await outbox(claimed.messageId)).toMatchObject({
      state: 'sending',
      attempts: 2,
      lease_owner: 'another-process',
    })
  })

  it('a process that stood still between claim and call does not call any more', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Too late' })
    const { channelFor } = await import('../channels/channel-for.ts')
    const channel = await channelFor(rig.ctx, 'FACEBOOK', pageId)
    if (!channel) throw new Error('no channel')
    const result = await rig.ctx.graph.sendText(channel, {
      recipientId: chat.contactId,
      text: 'Too late',
      metadata: posted.body.id,
      notAfter: performance.now() - 1,
    })
    expect(result).toMatchObject({ ok: false, outcome: 'not_delivered' })
    expect(await acceptedFor(chat)).toHaveLength(0)
  })
})

describe('people and accounts', () => {
  it("a deactivated agent's queued messages are not sent, and a colleague may send them (SND-13)", async () => {
    const chat = await rig.newChat('FACEBOOK')
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ assigned_to: rig.cast.ines.id, status: 'assigned' })
      .where('id', '=', chat.id)
      .execute()
    const posted = await rig.post(chat, { text: 'My last words' }, { userId: rig.cast.ines.id })
    await rig.ctx.db.q.updateTable('users').set({ is_active: 0 }).where('id', '=', rig.cast.ines.id).execute()
    start()
    await inState(posted.body.id, 'failed')
    expect((await rig.message(chat, posted.body.id)).failure).toMatchObject({
      reason: 'sender_deactivated',
      actions: ['retry'],
    })
    expect(await acceptedFor(chat)).toHaveLength(0)
    expect((await rig.resolve(chat, posted.body.id, 'retry')).status).toBe(200)
    await inState(posted.body.id, 'sent')
    await rig.ctx.db.q.updateTable('users').set({ is_active: 1 }).where('id', '=', rig.cast.ines.id).execute()
  })

  it('a message that waited past the window fails in words and is not sent (SND-11)', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Too slow' })
    await rig.ctx.db.q
      .updateTable('chats')
      .set({ last_incoming_at: dbTime(Date.now() - 25 * 3_600_000) })
      .where('id', '=', chat.id)
      .execute()
    start()
    await inState(posted.body.id, 'failed')
    expect((await outbox(posted.body.id)).reason).toBe('outside_window')
    expect((await rig.resolve(chat, posted.body.id, 'retry')).body.error?.code).toBe('outside_window')
  })

  it('a refused token pauses its account with the reason; a new one sends what waited, once', async () => {
    const chats = [await rig.newChat('FACEBOOK'), await rig.newChat('FACEBOOK')] as const
    const other = await rig.newChat('INSTAGRAM')
    const posted = [await rig.post(chats[0], { text: 'One' }), await rig.post(chats[1], { text: 'Two' })] as const
    const fine = await rig.post(other, { text: 'Unharmed' })
    await rig.control('PATCH', `/accounts/${pageId}`, { tokenExpired: true })
    start()
    await inState(fine.body.id, 'sent')
    for (const [i, { body }] of posted.entries()) {
      await until('the reason', async () => (await outbox(body.id)).reason === 'token_invalid')
      expect(await rig.message(chats[i as 0 | 1], body.id)).toMatchObject({
        state: 'queued',
        failure: { reason: 'token_invalid' },
      })
    }
    const page = await rig.ctx.db.q.selectFrom('facebook_pages').select('token_state').executeTakeFirst()
    expect(page?.token_state).toBe('invalid')
    const meanwhile = await rig.post(chats[0], { text: 'Three' })
    expect(meanwhile).toMatchObject({ status: 202, body: { failure: { reason: 'token_invalid' } } })

    await rig.control('PATCH', `/accounts/${pageId}`, { tokenExpired: false })
    const { accounts } = await rig.control<{ accounts: { id: string; token: string }[] }>('GET', '/state')
    const token = accounts.find((a) => a.id === pageId)?.token ?? ''
    await connectChannel(rig.ctx, {
      platform: 'FACEBOOK',
      pageId,
      name: 'Nordlys Interiors',
      flavour: 'facebook',
      token,
      userId: rig.cast.admin.id,
      verify: true,
    })
    await inState(meanwhile.body.id, 'sent')
    await inState(posted[1].body.id, 'sent')
    expect((await acceptedFor(chats[0])).map((s) => s.text)).toEqual(['One', 'Three'])
    expect((await acceptedFor(chats[1])).map((s) => s.text)).toEqual(['Two'])
  })

  it('a limited account waits, says so, and does not delay the other', async () => {
    const [limited, free] = [await rig.newChat('INSTAGRAM'), await rig.newChat('FACEBOOK')]
    const first = await rig.post(limited, { text: 'Slow down' })
    await rig.faults({ kind: 'rate_limited', accountId: '17841499900011122', ms: 60_000 })
    const graph = createGraph(rig.app.config.meta, { log: rig.ctx.log, metrics: rig.ctx.metrics })
    start({ ctx: { ...rig.ctx, graph } })
    await until('the pause', async () => (await outbox(first.body.id)).reason === 'rate_limited')
    const waiting = await rig.post(await rig.newChat('INSTAGRAM'), { text: 'Behind it' })
    const begun = Date.now()
    const other = await rig.post(free, { text: 'Not me' })
    await inState(other.body.id, 'sent')
    expect(Date.now() - begun).toBeLessThan(2000)
    await until('the reason', async () => (await outbox(waiting.body.id)).reason === 'rate_limited')
    expect((await outbox(waiting.body.id)).attempts).toBe(0)
    graph.close()
  })

  it('a refusal for the rate tells the agent when the account goes on, not when this message might (SND-7)', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Too fast' })
    await rig.faults({ kind: 'error', status: 400, code: 613, times: 1 })
    const graph = createGraph(rig.app.config.meta, { log: rig.ctx.log, metrics: rig.ctx.metrics })
    start({ ctx: { ...rig.ctx, graph } })
    await until('the pause', async () => (await outbox(posted.body.id)).reason === 'rate_limited')
    const { failure } = await rig.message(chat, posted.body.id)
    expect(Date.parse(failure?.retryAt ?? '') - Date.now()).toBeGreaterThan(10_000)
    graph.close()
  })
})
