import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Chat } from '../../shared/chat.ts'
import { seqHeader } from '../../shared/events.ts'
import { bootTestApp, connectTestChannels, fixedClock, type TestApp } from '../../test/boot.ts'
import { type Cast, castUsers, cookieFor } from '../../test/cast.ts'
import { pageId } from '../../test/meta-payloads.ts'
import { dbTime } from '../platform/db/time.ts'

const start = Date.parse('2026-11-20T12:00:00.000Z')
const clock = fixedClock(start)
const chatId = '00000000-0000-7000-8000-0000000000c1'
const minute = 60_000

let app: TestApp
let cast: Cast
const cookies = new Map<string, string>()

/** The statements that were answered, and between them where a live number was named. */
const order: string[] = []

beforeAll(async () => {
  app = await bootTestApp({ clock, database: { onQuery: (statement) => order.push(statement) } })
  cast = await castUsers(app.ctx)
  await connectTestChannels(app)
  for (const [who, { id }] of Object.entries(cast)) cookies.set(who, await cookieFor(app.ctx, id))
  await app.ctx.db.q
    .insertInto('facebook_users')
    .values({ id: '700001', name: 'Lena Haddad', last_seen_at: dbTime(start), first_seen_at: dbTime(start) })
    .execute()
  await app.ctx.db.q
    .insertInto('chats')
    .values({
      id: chatId,
      platform: 'FACEBOOK',
      facebook_page_id: pageId,
      facebook_user_id: '700001',
      username: 'Messenger …0001',
      last_incoming_at: dbTime(start - minute),
      created_at: dbTime(start - minute),
    })
    .execute()
}, 60_000)

afterAll(() => app.close())

beforeEach(() => assign(null))

async function assign(to: string | null, unread = 3): Promise<void> {
  await app.ctx.db.q.deleteFrom('chat_assignments').execute()
  await app.ctx.db.q
    .updateTable('chats')
    .set({ assigned_to: to, status: to === null ? 'unassigned' : 'assigned', unread_count: unread })
    .where('id', '=', chatId)
    .execute()
}

const userIdOf = (who: keyof Cast) => cast[who].id

async function call(who: keyof Cast, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const answer = await app.http.inject({
    method,
    url: `/api/v1${url}`,
    headers: { cookie: cookies.get(who) ?? '', ...(payload ? { 'content-type': 'application/json' } : {}) },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() }
}

const read = async (who: keyof Cast) => (await call(who, 'POST', `/chats/${chatId}/read`, {})).body as Chat
const changes = async () =>
  Number(
    (
      await app.ctx.db.q
        .selectFrom('changes')
        .select((e) => e.fn.countAll().as('n'))
        .executeTakeFirst()
    )?.n,
  )

describe('a chat', () => {
  test('travels with who it is, where it came in and what its window is', async () => {
    const { status, body, headers } = await call('ines', 'GET', `/chats/${chatId}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: chatId,
      platform: 'FACEBOOK',
      username: 'Lena Haddad',
      pageName: 'Nordlys Interiors',
      pageActive: true,
      status: 'unassigned',
      assignee: null,
      unreadCount: 3,
      waiting: true,
      activityAt: '2026-11-20T11:59:00.000Z',
      contact: { id: '700001', name: 'Lena Haddad' },
      window: { state: 'open', closesAt: '2026-11-21T11:59:00.000Z', humanAgentUntil: '2026-11-27T11:59:00.000Z' },
    })
    expect(Number(headers[seqHeader])).toBeGreaterThanOrEqual(0)
  })

  test('AZ-3: one that is not visible answers like one that does not exist, to every request', async () => {
    await assign(userIdOf('tomas'))
    const missing = chatId.replace('c1', 'cf')
    for (const [method, path, payload] of [
      ['GET', ''],
      ['GET', '/messages'],
      ['GET', '/assignments'],
      ['POST', '/read', {}],
      ['PUT', '/assignment', { userId: userIdOf('ines') }],
    ] as const) {
      const hidden = await call('ines', method, `/chats/${chatId}${path}`, payload)
      const absent = await call('ines', method, `/chats/${missing}${path}`, payload)
      expect([hidden.status, hidden.body]).toEqual([404, absent.body])
      expect(absent.status).toBe(404)
      expect((await call('tomas', 'GET', `/chats/${chatId}`)).status).toBe(200)
    }
  })

  test('lists and counts carry the same scope, and lists the number of their snapshot', async () => {
    await assign(userIdOf('tomas'))
    const list = await call('tomas', 'GET', '/chats?view=mine')
    expect(list.body).toMatchObject({ items: [{ id: chatId }], next: null })
    expect(list.headers[seqHeader]).toBeDefined()
    expect((await call('ines', 'GET', '/chats')).body).toEqual({ items: [], next: null })
    expect((await call('ines', 'GET', '/chats/counts')).body.views.all).toBe(0)
    expect((await call('supervisor', 'GET', '/chats/counts')).body).toMatchObject({
      views: { all: 1, waiting: 1, mine: 0 },
      pages: expect.arrayContaining([{ facebookPageId: pageId, count: 1 }]),
    })
    expect((await call('noPosition', 'GET', '/chats')).status).toBe(403)
    expect((await call('ines', 'GET', '/chats?view=everything')).status).toBe(400)
    expect((await call('ines', 'GET', '/chats?cursor=nonsense')).body.error.code).toBe('bad_cursor')
  })
})

describe('reading a chat', () => {
  test('clears the count for the assignee, and says so once', async () => {
    await assign(userIdOf('ines'))
    const before = await changes()
    expect((await read('ines')).unreadCount).toBe(0)
    expect((await read('ines')).unreadCount).toBe(0)
    expect(await changes()).toBe(before + 1)
  })

  test('clears it for anyone who can answer while nobody has the chat', async () => {
    expect((await read('tomas')).unreadCount).toBe(0)
  })

  test('by a supervisor looking in clears nothing', async () => {
    await assign(userIdOf('ines'))
    const before = await changes()
    expect((await read('supervisor')).unreadCount).toBe(3)
    expect((await read('admin')).unreadCount).toBe(3)
    expect(await changes()).toBe(before)
  })
})

const put = (who: keyof Cast, userId: string | null, note?: string) =>
  call(who, 'PUT', `/chats/${chatId}/assignment`, { userId, ...(note ? { note } : {}) })

describe('assignment by hand', () => {
  test('ASG-1: of 50 who reach for a chat exactly one gets it, the others hear the name', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        put(i % 2 === 0 ? 'ines' : 'tomas', userIdOf(i % 2 === 0 ? 'ines' : 'tomas')),
      ),
    )
    const winner = answers.find((a) => a.status === 200)?.body as Chat
    for (const [i, { status, body }] of answers.entries()) {
      const own = userIdOf(i % 2 === 0 ? 'ines' : 'tomas') === winner.assignedTo
      if (own) expect(status).toBeOneOf([200, 409])
      else
        expect([status, body.error.code, body.error.details.assignee]).toEqual([
          409,
          'already_assigned',
          winner.assignee,
        ])
    }
    const rows = await app.ctx.db.q.selectFrom('chat_assignments').select(['reason', 'to_user_id']).execute()
    expect(rows).toEqual([{ reason: 'claimed', to_user_id: winner.assignedTo }])
  })

  test('ASG-1: supervisors who reach for it in the same moment do not take it from each other either', async () => {
    const people = ['supervisor', 'admin', 'ines', 'tomas'] as const
    const answers = await Promise.all(people.map((who) => put(who, userIdOf(who))))
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409, 409, 409])
    expect(await app.ctx.db.q.selectFrom('chat_assignments').select('id').execute()).toHaveLength(1)
  })

  test('the loser is told for a moment; afterwards the chat is simply not theirs to see', async () => {
    expect((await put('ines', userIdOf('ines'))).status).toBe(200)
    expect((await put('tomas', userIdOf('tomas'))).status).toBe(409)
    clock.advance(11_000)
    expect((await put('tomas', userIdOf('tomas'))).status).toBe(404)
  })

  test('is told with its reasons, newest first, page by page', async () => {
    await put('ines', userIdOf('ines'))
    clock.advance(minute)
    await put('supervisor', userIdOf('tomas'), 'speaks Portuguese')
    clock.advance(minute)
    await put('supervisor', null)
    clock.advance(minute)
    await put('supervisor', userIdOf('away'))
    const first = (await call('supervisor', 'GET', `/chats/${chatId}/assignments?limit=3`)).body
    const second = (await call('supervisor', 'GET', `/chats/${chatId}/assignments?limit=3&cursor=${first.next}`)).body
    expect(second.next).toBeNull()
    const told = [...first.items, ...second.items].map((a) => [
      a.reason,
      a.from?.name ?? null,
      a.to?.name ?? null,
      a.by?.name,
      a.note,
    ])
    expect(told).toEqual([
      ['assigned', null, 'Ada Away', 'Ruth Okafor', null],
      ['unassigned', 'Tomás Lindqvist', null, 'Ruth Okafor', null],
      ['reassigned', 'Ines Duarte', 'Tomás Lindqvist', 'Ruth Okafor', 'speaks Portuguese'],
      ['claimed', null, 'Ines Duarte', 'Ines Duarte', null],
    ])
  })

  test('goes only to people who are active and can answer', async () => {
    for (const who of ['inactive', 'noPosition'] as const)
      expect((await put('supervisor', userIdOf(who))).body.error.code).toBe('not_assignable')
    expect((await put('supervisor', chatId)).status).toBe(422)
    expect((await put('supervisor', userIdOf('away'))).status).toBe(200)
  })

  test('of others asks for the right to hand out chats', async () => {
    expect((await put('ines', userIdOf('tomas'))).status).toBe(403)
    await assign(userIdOf('ines'))
    expect((await put('ines', null)).status).toBe(403)
    expect((await put('ines', userIdOf('ines'))).status).toBe(200)
    expect((await put('supervisor', null)).body).toMatchObject({ status: 'unassigned', assignedTo: null })
  })

  test('ASG-5: status says the same as the person, and the change tells from whom to whom', async () => {
    await put('supervisor', userIdOf('tomas'))
    const row = await app.ctx.db.q
      .selectFrom('chats')
      .select(['status', 'assigned_to'])
      .where('id', '=', chatId)
      .executeTakeFirst()
    expect(row).toEqual({ status: 'assigned', assigned_to: userIdOf('tomas') })
    const change = await app.ctx.db.q
      .selectFrom('changes')
      .select(['type', 'chat_id', 'data_json'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    expect(change).toEqual({
      type: 'chat.assigned',
      chat_id: chatId,
      data_json: JSON.stringify({ from: null, to: userIdOf('tomas') }),
    })
  })
})

test('RT-3: list, chat and thread name their live number from before they read anything of a chat', async () => {
  const { lastSeq } = app.ctx.live
  app.ctx.live.lastSeq = () => {
    order.push('the number')
    return lastSeq()
  }
  for (const url of ['/chats', `/chats/${chatId}`, `/chats/${chatId}/messages`]) {
    order.length = 0
    expect((await call('supervisor', 'GET', url)).status).toBe(200)
    const reads = order.flatMap((told, i) => (/from\W+(chats|\w+_messages)\b/i.test(told) ? [i] : []))
    expect(reads.length, url).toBeGreaterThan(0)
    expect(order.indexOf('the number'), url).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('the number'), url).toBeLessThan(reads[0] ?? 0)
  }
  app.ctx.live.lastSeq = lastSeq
})
