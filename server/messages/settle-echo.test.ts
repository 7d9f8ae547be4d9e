import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { delivery, instagramEcho, pageEcho, pageId } from '../../test/meta-payloads.ts'
import { bootSending, type SendRig, type TestChat, until } from '../../test/send-rig.ts'
import { replayDeliveries } from '../webhooks/replay.ts'
import { claimMessage } from './claim-message.ts'
import type { Sender } from './sender.ts'
import { settleOutcome } from './settle-outcome.ts'
import { messageTable } from './tables.ts'

let rig: SendRig
let senders: Sender[] = []

beforeAll(async () => {
  rig = await bootSending()
})
afterEach(async () => {
  await rig.faults()
  await Promise.all(senders.map((sender) => sender.stop()))
  senders = []
  await rig.control('PUT', '/switches', {
    echo: 'after',
    echoMetadata: 'always',
    deliverTwice: false,
    delayMs: 0,
    paused: false,
  })
})
afterAll(() => rig.close())

const start = () => senders.push(rig.startSender())
const stored = (chat: TestChat) =>
  rig.ctx.db.q
    .selectFrom(messageTable(chat.platform))
    .select(['id', 'mid', 'sender', 'content', 'timestamp'])
    .where('chat_id', '=', chat.id)
    .execute()
const answers = async (chat: TestChat) => (await stored(chat)).filter((m) => !m.sender.endsWith('_USER'))
const settled = async (chat: TestChat) => {
  const rows = await rig.ctx.db.q.selectFrom('outbox').select('state').where('chat_id', '=', chat.id).execute()
  return rows.every((row) => row.state === 'sent')
}
const echoesAreIn = () =>
  until('all webhooks', async () => (await rig.control<{ waiting: number }>('POST', '/webhooks/retry')).waiting === 0)

const claim = async (chat: TestChat, text: string) => {
  const posted = await rig.post(chat, { text })
  const candidate = { messageId: posted.body.id, chatId: chat.id, platform: chat.platform, pageId }
  const channel = {
    id: '',
    platform: chat.platform,
    pageId,
    token: '',
    flavour: 'facebook',
    isActive: true,
    tokenState: 'valid',
  } as const
  const claimed = await claimMessage(rig.ctx, candidate, 'here', channel)
  if (!claimed) throw new Error('not claimed')
  return claimed
}

describe('echoes of our own answers (SND-5)', () => {
  const cases = (['before', 'after', 'twice', 'never'] as const).flatMap((echo) =>
    (['always', 'never'] as const).flatMap((metadata) =>
      (['FACEBOOK', 'INSTAGRAM'] as const).map((platform) => [echo, metadata, platform] as const),
    ),
  )

  it.each(cases)(
    'an echo that comes %s, with our metadata %s, on %s, makes no second bubble',
    async (echo, echoMetadata, platform) => {
      await rig.control('PUT', '/switches', { echo, echoMetadata })
      const chat = await rig.newChat(platform)
      const posted = await rig.post(chat, { text: `Echo ${echo} ${echoMetadata}` })
      start()
      await until('sent', () => settled(chat))
      await echoesAreIn()
      const [send] = (await rig.sends()).filter((s) => s.recipientId === chat.contactId)
      const bubbles = await answers(chat)
      expect(bubbles).toHaveLength(1)
      expect(bubbles[0]).toMatchObject({ id: posted.body.id, mid: send?.mid, sender: 'AGENT' })
      // Nobody ever saw another one, not even for a moment.
      const shown = await rig.ctx.db.q
        .selectFrom('changes')
        .select('message_id')
        .where('chat_id', '=', chat.id)
        .where('type', '=', 'message.created')
        .execute()
      expect(shown).toHaveLength(2)
      if (echo !== 'never') expect(Date.parse(`${bubbles[0]?.timestamp.replace(' ', 'T')}Z`)).toBe(send?.at)
    },
  )

  it('holds under many messages, doubled deliveries and answers from the native app (F10, small)', async () => {
    const chats = await Promise.all(Array.from({ length: 8 }, (_, i) => rig.newChat(i % 2 ? 'INSTAGRAM' : 'FACEBOOK')))
    start()
    await rig.control('PUT', '/switches', { deliverTwice: true })
    for (const [round, echo] of (['before', 'after', 'twice', 'after'] as const).entries()) {
      await rig.control('PUT', '/switches', {
        echo,
        echoMetadata: round % 2 ? 'never' : 'always',
        delayMs: round === 3 ? 60 : 0,
      })
      await Promise.all(
        chats.map(async (chat, i) => {
          await rig.post(chat, { text: `Round ${round}` })
          if (i % 4 === round)
            await rig.control('POST', `/threads/${chat.threadId}/page-reply`, { text: `From the app ${round}` })
        }),
      )
      await until('the round', async () => (await Promise.all(chats.map(settled))).every(Boolean))
      await echoesAreIn()
    }
    const sends = await rig.sends()
    for (const [i, chat] of chats.entries()) {
      const bubbles = await answers(chat)
      const mine = bubbles.filter((m) => m.sender === 'AGENT')
      expect(new Set(mine.map((m) => m.mid))).toEqual(
        new Set(sends.filter((s) => s.recipientId === chat.contactId).map((s) => s.mid)),
      )
      expect(mine).toHaveLength(4)
      expect(bubbles.filter((m) => m.sender !== 'AGENT')).toHaveLength(i % 4 < 4 ? 1 : 0)
    }
  })

  it('an unconfirmed answer is settled by an echo without metadata, by its words (SND-4)', async () => {
    await rig.control('PUT', '/switches', { echoMetadata: 'never' })
    for (const platform of ['FACEBOOK', 'INSTAGRAM'] as const) {
      const chat = await rig.newChat(platform)
      await rig.control('PUT', '/switches', { paused: true })
      await rig.faults({ kind: 'timeout_after_success', times: 1 })
      const posted = await rig.post(chat, { text: 'Caf\u0065\u0301\r\nat nine? ' })
      if (senders.length === 0) start()
      await until('unknown', async () => (await rig.message(chat, posted.body.id)).state === 'unknown')
      await rig.control('PUT', '/switches', { paused: false })
      await until('sent', () => settled(chat))
      expect(await answers(chat)).toHaveLength(1)
    }
  })

  it('an answer from the native app with the same words stays an answer of its own', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const claimed = await claim(chat, 'Thanks!')
    await rig.control('POST', `/threads/${chat.threadId}/page-reply`, { text: 'Thanks!' })
    await until('the other bubble', async () => (await answers(chat)).length === 2)
    const row = await rig.ctx.db.q
      .selectFrom('outbox')
      .select('state')
      .where('message_id', '=', claimed.messageId)
      .executeTakeFirst()
    expect(row?.state).toBe('sending')
  })

  it('an echo that nothing tied to our message is folded into it when Graph answers with its id', async () => {
    const chat = await rig.newChat('INSTAGRAM')
    const claimed = await claim(chat, 'As composed')
    const echo = instagramEcho({ mid: 'aWdf_folded', text: 'as Meta worded it', from: chat.contactId, at: Date.now() })
    expect(await rig.app.deliver(delivery('instagram', echo))).toBe(200)
    expect(await answers(chat)).toHaveLength(2)
    await settleOutcome(rig.ctx, claimed, { ok: true, mid: 'aWdf_folded' })
    expect(await answers(chat)).toEqual([
      expect.objectContaining({ id: claimed.messageId, mid: 'aWdf_folded', content: 'As composed' }),
    ])
    const logs = await rig.ctx.db.q
      .selectFrom('instagram_message_logs')
      .select('id')
      .where('message_id', '=', 'aWdf_folded')
      .execute()
    expect(logs).toEqual([{ id: claimed.messageId }])
    expect(await rig.app.deliver(delivery('instagram', echo))).toBe(200)
    expect(await answers(chat)).toHaveLength(1)
  })

  it('an echo settles even what was believed not delivered, so that it is not sent again', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const claimed = await claim(chat, 'It did arrive')
    const failure = {
      ok: false,
      code: '2',
      text: '',
      outcome: 'not_delivered',
      retryable: true,
      retryAfterMs: 60_000,
    } as const
    await settleOutcome(rig.ctx, claimed, { ...failure, reason: 'temporary' })
    const echo = pageEcho({
      mid: 'm_late',
      text: 'It did arrive',
      from: chat.contactId,
      at: Date.now(),
      more: { metadata: claimed.messageId, app_id: 987650001112223 },
    })
    await rig.app.deliver(delivery('page', echo))
    expect(await settled(chat)).toBe(true)
    expect(await answers(chat)).toHaveLength(1)
  })

  it('the same echo again is a duplicate in the ledger, and a replay finds nothing new', async () => {
    const chat = await rig.newChat('FACEBOOK')
    await rig.post(chat, { text: 'Once is enough' })
    start()
    await until('sent', () => settled(chat))
    await echoesAreIn()
    const echoes = async () =>
      await rig.ctx.db.q.selectFrom('webhook_totals').select(['applied', 'duplicate']).executeTakeFirstOrThrow()
    const [before, [mine]] = [await echoes(), await answers(chat)]
    const echo = pageEcho({
      mid: mine?.mid ?? '',
      text: 'Once is enough',
      from: chat.contactId,
      at: Date.parse(`${mine?.timestamp.replace(' ', 'T')}Z`),
      more: { metadata: mine?.id },
    })
    await rig.app.deliver(delivery('page', echo))
    expect(await echoes()).toEqual({ applied: before.applied, duplicate: Number(before.duplicate) + 1 })
    expect((await replayDeliveries(rig.ctx, { from: 0, to: Date.now() + 86_400_000 })).applied).toBe(0)
  })

  it('what a person sent again and arrived twice is shown twice', async () => {
    const chat = await rig.newChat('FACEBOOK')
    const posted = await rig.post(chat, { text: 'Twice indeed' })
    await rig.control('PUT', '/switches', { paused: true })
    await rig.faults({ kind: 'timeout_after_success', times: 1 })
    start()
    await until('unknown', async () => (await rig.message(chat, posted.body.id)).state === 'unknown')
    await rig.resolve(chat, posted.body.id, 'send_again')
    await until('sent', () => settled(chat))
    await rig.control('PUT', '/switches', { paused: false })
    await until('both', async () => (await answers(chat)).length === 2)
    expect((await rig.sends()).filter((s) => s.recipientId === chat.contactId)).toHaveLength(2)
  })
})
