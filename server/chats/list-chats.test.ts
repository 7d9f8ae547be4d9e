import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillDatabase, type Seeded } from '../../scripts/seed/fill.ts'
import { type Chat, type ChatQuery, chatQuery, countLimit } from '../../shared/chat.ts'
import { testDatabaseUrl } from '../../test/database.ts'
import { migrate } from '../platform/db/migrate.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { countChats } from './count-chats.ts'
import { listChats } from './list-chats.ts'
import { type LoadedChat, loadChats } from './queries.ts'
import { canSeeChat, type Viewer, visibleChats } from './visibility.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')
const hour = 3_600_000

let database: Database
let drop: () => Promise<void>
let seeded: Seeded
let statements = 0
let everything: LoadedChat[]
let viewers: Record<string, Viewer>

beforeAll(async () => {
  const fresh = await testDatabaseUrl()
  drop = fresh.drop
  database = await openDatabase(fresh.url, { onQuery: () => statements++ })
  await migrate(database)
  seeded = await fillDatabase(database, { chats: 600, messages: 1500, agents: 60, now })
  // Many chats of one moment: the id alone must order them.
  const moment = '2026-11-20 08:00:00.000'
  await database.q
    .updateTable('chats')
    .set({ last_incoming_at: moment, last_outgoing_at: null })
    .where('id', 'in', seeded.chatIds.slice(0, 60))
    .execute()
  await database.q
    .updateTable('chats')
    .set({ unread_count: null })
    .where('id', 'in', seeded.chatIds.slice(20, 30))
    .execute()
  everything = [...(await loadChats(database.q, seeded.chatIds, now)).values()].sort((a, b) =>
    a.chat.activityAt === b.chat.activityAt
      ? a.chat.id < b.chat.id
        ? 1
        : -1
      : a.chat.activityAt < b.chat.activityAt
        ? 1
        : -1,
  )
  viewers = cast(seeded)
}, 60_000)

afterAll(async () => {
  await database.close()
  await drop()
})

function cast({ adminId, agents }: Seeded): Record<string, Viewer> {
  const agent = (
    positionId: string | undefined,
    ...permissions: Parameters<Viewer['permissions']['has']>[0][]
  ): Viewer => {
    const found = agents.find((a) => a.positionId === positionId)
    return { userId: found?.id ?? '', role: 'agent', positionId: positionId ?? null, permissions: new Set(permissions) }
  }
  const alone = agents[0]?.positionId
  const team = agents.at(-1)?.positionId
  return {
    admin: { userId: adminId, role: 'admin', positionId: null, permissions: new Set() },
    'an agent who sees all': agent(team, 'chat:view:all'),
    'a team of fifteen': agent(team, 'chat:view:team'),
    'a team of thirty, too many to merge': agent(alone, 'chat:view:team', 'chat:view:assigned'),
    'one who sees their own': agent(alone, 'chat:view:assigned'),
    'one who may also take chats': agent(alone, 'chat:view:assigned', 'chat:claim'),
    'one who may only take': agent(alone, 'chat:claim'),
  }
}

const sees = (viewer: Viewer, { chat, assigneePositionId }: LoadedChat) =>
  canSeeChat(viewer, { assignedTo: chat.assignedTo, assigneePositionId })

/** What a list must hold, said in memory. */
function expected(viewer: Viewer, query: ChatQuery): Chat[] {
  const soon = (c: Chat) => c.window.state === 'open' && Date.parse(c.window.closesAt ?? '') - now <= 4 * hour
  const inView = {
    mine: (c: Chat) => c.assignedTo === viewer.userId,
    unassigned: (c: Chat) => c.assignedTo === null,
    waiting: (c: Chat) => c.waiting,
    closing: soon,
    all: () => true,
  }
  return everything
    .filter((loaded) => sees(viewer, loaded))
    .map(({ chat }) => chat)
    .filter(inView[query.view])
    .filter((c) => !query.platform || c.platform === query.platform)
    .filter((c) => !query.page || c.facebookPageId === query.page)
    .filter((c) => !query.assignedTo || (c.assignedTo ?? 'unassigned') === query.assignedTo)
    .filter((c) => !query.unread || c.unreadCount > 0 === (query.unread === 'true'))
}

async function readAll(viewer: Viewer, query: ChatQuery): Promise<Chat[]> {
  const chats: Chat[] = []
  let cursor: string | undefined
  for (;;) {
    statements = 0
    const page = await listChats(database, viewer, { query: { ...query, cursor }, now })
    expect(statements).toBeLessThanOrEqual(3)
    chats.push(...page.items)
    if (!page.next) return chats
    expect(page.items).toHaveLength(query.limit)
    cursor = page.next
  }
}

const ids = (chats: Chat[]) => chats.map((c) => c.id)

describe('AZ-6: one scope behind lists, filters, counts and single chats', () => {
  const queries: Record<string, string>[] = [
    ...['all', 'mine', 'unassigned', 'waiting', 'closing'].map((view) => ({ view })),
    { platform: 'FACEBOOK' },
    { page: '17841400000000001' },
    { page: '17841400000000001', view: 'waiting', unread: 'true' },
    { unread: 'true' },
    { unread: 'false', view: 'mine' },
    { assignedTo: 'unassigned', view: 'waiting' },
    { assignedTo: 'unassigned', view: 'mine' },
    { page: 'nothing-here' },
  ]
  test.each(queries)('every person reads exactly their chats, in order, page by page: %j', async (input) => {
    for (const viewer of Object.values(viewers)) {
      for (const limit of [7, 200]) {
        const query = chatQuery.parse({ ...input, limit })
        expect(ids(await readAll(viewer, query))).toEqual(ids(expected(viewer, query)))
      }
    }
  })

  test('a filter by person reaches only people in the scope', async () => {
    for (const viewer of Object.values(viewers)) {
      for (const { id } of seeded.agents.filter((_, i) => i % 7 === 0)) {
        const query = chatQuery.parse({ assignedTo: id, limit: 200 })
        expect(ids(await readAll(viewer, query))).toEqual(ids(expected(viewer, query)))
      }
    }
  })

  test('the scope as a condition in SQL and the rule in memory agree on every chat', async () => {
    for (const viewer of Object.values(viewers)) {
      const { rows } = await sql<{ id: string }>`select id from chats where ${visibleChats(viewer)}`.execute(database.q)
      const inMemory = everything.filter((loaded) => sees(viewer, loaded)).map((l) => l.chat.id)
      expect(new Set(rows.map((r) => r.id))).toEqual(new Set(inMemory))
    }
  })

  test('counts are the lengths of the lists', async () => {
    for (const viewer of Object.values(viewers)) {
      statements = 0
      const counts = await countChats(database, viewer, now)
      expect(statements).toBeLessThanOrEqual(2)
      for (const view of ['all', 'mine', 'unassigned', 'waiting', 'closing'] as const) {
        expect([view, counts.views[view]]).toEqual([view, expected(viewer, chatQuery.parse({ view })).length])
      }
      const visible = expected(viewer, chatQuery.parse({}))
      const perPage = seeded.channels.map(({ id }) => [id, visible.filter((c) => c.facebookPageId === id).length])
      expect(
        Object.fromEntries(counts.pages.filter((p) => p.count > 0).map((p) => [p.facebookPageId, p.count])),
      ).toEqual(Object.fromEntries(perPage.filter(([, n]) => n)))
      expect(counts.unreadMine).toBe(visible.filter((c) => c.assignedTo === viewer.userId && c.unreadCount > 0).length)
    }
  })

  test('a search finds names in any case and without accents, only within the scope', async () => {
    for (const viewer of Object.values(viewers)) {
      for (const [q, pattern] of [
        ['haDDad', /haddad/i],
        ['GARCIA', /garc[ií]a/i],
        ['لى', /لى/],
        ['_f', /_f/],
      ] as const) {
        const query = chatQuery.parse({ q, limit: 5 })
        const named = (c: Chat) =>
          [c.username, c.contact.name, c.contact.username].some((n) => n !== null && pattern.test(n))
        const found = await readAll(viewer, query)
        const wanted = expected(viewer, query).filter(named)
        // `username` of the row itself is searched too and not shown where the contact has a name.
        expect(ids(found)).toEqual(expect.arrayContaining(ids(wanted)))
        for (const chat of found) expect(ids(expected(viewer, query))).toContain(chat.id)
      }
    }
  })
})

describe('a list', () => {
  test('shows the window, the page, the contact and the assignee of each chat', async () => {
    const [first] = await readAll(viewers.admin as Viewer, chatQuery.parse({ view: 'mine', limit: 1 })).then(
      () => everything,
    )
    expect(first?.chat.contact.name).toBe(first?.chat.username)
    for (const { chat } of everything) {
      expect(chat.pageName).toMatch(/ordlys/)
      expect(chat.pageActive).toBe(true)
      expect(chat.status).toBe(chat.assignedTo === null ? 'unassigned' : 'assigned')
      expect(chat.assignee?.id ?? null).toBe(chat.assignedTo)
    }
  })

  test('refuses a cursor that was not made here', async () => {
    for (const cursor of [
      'x',
      Buffer.from('2026-99-99 00:00:00.000|a').toString('base64url'),
      Buffer.from("2026-01-01 00:00:00.000|a' or").toString('base64url'),
    ]) {
      const query = chatQuery.parse({ cursor })
      await expect(listChats(database, viewers.admin as Viewer, { query, now })).rejects.toMatchObject({
        code: 'bad_cursor',
        status: 400,
      })
    }
  })

  test('counts stop at the limit', () => expect(countLimit).toBeLessThanOrEqual(1000))
})
