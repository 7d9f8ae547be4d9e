import type { Insertable } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '../../shared/message.ts'
import { testDatabaseUrl } from '../../test/database.ts'
import type { Viewer } from '../chats/visibility.ts'
import type { Tables } from '../data/tables.ts'
import { migrate } from '../platform/db/migrate.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { dbTime } from '../platform/db/time.ts'
import { listMessages, messageViews } from './queries.ts'

const start = Date.parse('2026-11-20T12:00:00.000Z')
const at = (seconds: number) => dbTime(start + seconds * 1000)
const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const userId = uuid(1)
const facebookChat = uuid(2)
const instagramChat = uuid(3)
const secretUrl = 'https://lookaside.invalid/secret'
const viewer: Viewer = { userId, role: 'admin', positionId: null, permissions: new Set() }

let database: Database
let drop: () => Promise<void>
let statements = 0

type Row = Insertable<Tables['facebook_messages']>
const message = (n: number, row: Partial<Row>): Row => ({
  id: uuid(100 + n),
  message_type: 'text',
  kind: 'text',
  is_ticklegram: 0,
  chat_id: facebookChat,
  sender: 'FACEBOOK_USER',
  content: `number ${n}`,
  timestamp: at(n),
  platform: 'FACEBOOK',
  facebook_user_id: '7',
  mid: `m_${n}`,
  ...row,
})
const answer = (n: number, row: Partial<Row> = {}) =>
  message(n, { sender: 'AGENT', is_ticklegram: 1, sent_by: userId, ...row })
const sending = (n: number, row: Partial<Insertable<Tables['outbox']>>): Insertable<Tables['outbox']> => ({
  attempts: 0,
  message_id: uuid(100 + n),
  chat_id: facebookChat,
  platform: 'FACEBOOK',
  page_id: '1',
  recipient_id: '7',
  position: n,
  user_id: userId,
  idempotency_key: uuid(900 + n),
  request_hash: 'x',
  body_json: '{}',
  next_attempt_at: at(n + 60),
  ...row,
})

beforeAll(async () => {
  const fresh = await testDatabaseUrl()
  drop = fresh.drop
  database = await openDatabase(fresh.url, { onQuery: () => statements++ })
  await migrate(database)
  const { q } = database
  await q.insertInto('users').values({ id: userId, name: 'Ines Duarte', password_hash: '!', role: 'admin' }).execute()
  await q.insertInto('facebook_users').values({ id: '7' }).execute()
  await q.insertInto('instagram_users').values({ igsid: '8' }).execute()
  await q
    .insertInto('chats')
    .values([
      {
        id: facebookChat,
        platform: 'FACEBOOK',
        facebook_page_id: '1',
        facebook_user_id: '7',
        username: 'Lena',
        delivered_watermark: at(12),
        read_watermark: at(11),
      },
      { id: instagramChat, platform: 'INSTAGRAM', facebook_page_id: '2', instagram_user_id: '8', username: 'Omar' },
    ])
    .execute()
  await q
    .insertInto('facebook_messages')
    .values([
      ...Array.from({ length: 10 }, (_, n) => message(n, {})),
      answer(11),
      answer(12),
      answer(13),
      answer(14),
      answer(15),
      answer(16),
      answer(17),
      answer(18),
      answer(19),
      message(20, {
        reply_to_mid: 'm_11',
        kind: 'image',
        message_type: 'image',
        metadata_json: JSON.stringify({ raw_webhook: 'raw' }),
        attachments_json: JSON.stringify({
          list: [{ kind: 'image', type: 'image', title: 'Sofa', url: secretUrl, payload: { url: secretUrl } }],
        }),
      }),
      message(21, { reply_to_mid: 'm_unknown', kind: 'from the future', attachments_json: '{broken' }),
      message(22, { sender: 'FACEBOOK_PAGE', origin_app_id: '26390203743090' }),
      message(23, { sender: 'FACEBOOK_PAGE', origin_app_id: '5' }),
      // The same moment: the id orders them.
      ...[30, 31, 32, 33].map((n) => message(n, { timestamp: at(30) })),
    ])
    .execute()
  await q
    .insertInto('outbox')
    .values([
      sending(11, { state: 'sent' }),
      sending(12, { state: 'sent' }),
      sending(13, { state: 'sent' }),
      sending(14, { state: 'queued' }),
      sending(15, { state: 'sending' }),
      sending(16, { state: 'queued', reason: 'rate_limited', attempts: 2 }),
      sending(17, { state: 'failed', reason: 'outside_window', error_code: '10/2018278' }),
      sending(18, { state: 'unknown', reason: 'unknown_outcome' }),
      sending(19, { state: 'unknown', released_at: at(99) }),
    ])
    .execute()
  await q
    .insertInto('instagram_messages')
    .values([
      {
        id: uuid(200),
        chat_id: instagramChat,
        sender: 'INSTAGRAM_PAGE',
        content: 'from the app',
        timestamp: at(1),
        platform: 'INSTAGRAM',
        instagram_user_id: '8',
        mid: 'm_11',
      },
    ])
    .execute()
}, 60_000)

afterAll(async () => {
  await database.close()
  await drop()
})

async function thread(limit: number): Promise<Message[]> {
  const all: Message[] = []
  let cursor: string | undefined
  for (;;) {
    statements = 0
    const page = await listMessages(database, viewer, { chatId: facebookChat, cursor, limit })
    expect(statements).toBeLessThanOrEqual(3)
    all.push(...page.items)
    if (!page.next) return all
    cursor = page.next
  }
}

const numbered = async (n: number) => (await thread(200)).find((m) => m.id === uuid(100 + n)) as Message

describe('a thread', () => {
  test('is newest first by time and then id, and the same whatever the size of its pages', async () => {
    const whole = await thread(200)
    expect(whole.map((m) => m.id)).toEqual(
      whole
        .map((m) => m.id)
        .sort()
        .reverse(),
    )
    for (const limit of [1, 2, 3, 7]) expect((await thread(limit)).map((m) => m.id)).toEqual(whole.map((m) => m.id))
  })

  test('tells how far each answer has come', async () => {
    const states = Object.fromEntries(
      (await thread(200)).filter((m) => m.sender === 'AGENT').map((m) => [m.content, m.state]),
    )
    expect(states).toEqual({
      'number 11': 'read',
      'number 12': 'delivered',
      'number 13': 'sent',
      'number 14': 'queued',
      'number 15': 'sending',
      'number 16': 'queued',
      'number 17': 'failed',
      'number 18': 'unknown',
      'number 19': 'unknown',
    })
    expect((await numbered(1)).state).toBeNull()
  })

  test('says why one failed and what can be done', async () => {
    expect((await numbered(16)).failure).toEqual({
      reason: 'rate_limited',
      code: null,
      actions: [],
      retryAt: '2026-11-20T12:01:16.000Z',
    })
    expect((await numbered(17)).failure).toEqual({
      reason: 'outside_window',
      code: '10/2018278',
      actions: ['retry'],
      retryAt: null,
    })
    expect((await numbered(18)).failure).toMatchObject({
      reason: 'unknown_outcome',
      actions: ['check', 'send_again', 'dismiss'],
    })
    expect((await numbered(19)).failure).toMatchObject({ reason: 'unknown_outcome', actions: [] })
    expect((await numbered(14)).failure).toBeNull()
  })

  test('says who sent it and from where', async () => {
    expect(await numbered(11)).toMatchObject({
      origin: 'ticklegram',
      isTicklegram: true,
      sentBy: { id: userId, name: 'Ines Duarte' },
      clientKey: uuid(911),
    })
    expect(await numbered(1)).toMatchObject({ origin: 'customer', sentBy: null, clientKey: null })
    expect((await numbered(22)).origin).toBe('page_inbox')
    expect((await numbered(23)).origin).toBe('other_app')
    const views = await messageViews(database.q, [{ chatId: instagramChat, messageId: uuid(200) }])
    expect(views.get(uuid(200))).toMatchObject({ origin: 'instagram_app', state: 'sent' })
  })

  test('quotes what is answered, within its own chat only', async () => {
    expect((await numbered(20)).replyTo).toEqual({ messageId: uuid(111), content: 'number 11', sender: 'AGENT' })
    expect((await numbered(21)).replyTo).toEqual({ messageId: null, content: null, sender: null })
  })

  test('shows attachments without their addresses, and no raw payload', async () => {
    const picture = await numbered(20)
    expect(picture.attachments).toEqual([{ kind: 'image', type: 'image', title: 'Sofa' }])
    expect(JSON.stringify(await thread(200))).not.toMatch(/lookaside|raw_webhook/)
    expect(await numbered(21)).toMatchObject({ attachments: [], kind: 'unsupported' })
  })

  test('live views are those of the thread', async () => {
    const whole = await thread(200)
    const views = await messageViews(
      database.q,
      whole.map((m) => ({ chatId: facebookChat, messageId: m.id })),
    )
    expect(whole.map((m) => views.get(m.id))).toEqual(whole)
  })

  test('is not there for somebody who may not see the chat', async () => {
    const stranger: Viewer = {
      userId: uuid(77),
      role: 'agent',
      positionId: null,
      permissions: new Set(['chat:view:assigned']),
    }
    await expect(listMessages(database, stranger, { chatId: facebookChat, limit: 50 })).rejects.toMatchObject({
      status: 404,
    })
  })
})
