import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { fillDatabase, type Seeded } from '../scripts/seed/fill.ts'
import { countChats } from '../server/chats/count-chats.ts'
import { listChats } from '../server/chats/list-chats.ts'
import type { Viewer } from '../server/chats/visibility.ts'
import { listMessages } from '../server/messages/queries.ts'
import { migrate } from '../server/platform/db/migrate.ts'
import { type Database, openDatabase } from '../server/platform/db/open.ts'
import { type ChatQuery, chatQuery } from '../shared/chat.ts'
import { startMariadb } from '../test/mariadb.ts'

/**
 * What the inbox's reads cost: one JSON line per figure, p50 and p99 in milliseconds and the most statements a page
 * took. Without --database-url both engines are measured, each on a database of its own that is seeded first.
 */

const { values } = parseArgs({
  options: {
    chats: { type: 'string', default: '100000' },
    messages: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '200' },
    engine: { type: 'string', default: 'both' },
    'database-url': { type: 'string' },
  },
})
const rounds = Number(values.rounds)

interface Counter {
  statements: number
}

async function measure(
  database: Database,
  counter: Counter,
  what: Record<string, unknown>,
  run: (round: number) => Promise<{ rows: number }>,
): Promise<void> {
  for (let i = 0; i < 5; i++) await run(i)
  const times: number[] = []
  let most = 0
  let rows = 0
  for (let i = 0; i < rounds; i++) {
    counter.statements = 0
    const started = performance.now()
    rows = Math.max(rows, (await run(i)).rows)
    times.push(performance.now() - started)
    most = Math.max(most, counter.statements)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(2))
  console.log(
    JSON.stringify({
      bench: 'inbox',
      engine: database.engine.name,
      ...what,
      rows,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      statements: most,
    }),
  )
}

async function viewersOf({ q }: Database): Promise<Record<string, Viewer>> {
  const agents = await q
    .selectFrom('users')
    .leftJoin('positions', 'positions.id', 'users.position_id')
    .select(['users.id', 'users.position_id', 'positions.slug'])
    .where('users.email', 'like', 'seed-%')
    .orderBy('users.email')
    .execute()
  const viewer = (slug: string, permissions: Viewer['permissions']): Viewer => {
    const user = agents.find((a) => a.slug === slug)
    if (!user) throw new Error(`No seeded person holds ${slug}. Seed this database with npm run seed.`)
    return { userId: user.id, role: 'agent', positionId: user.position_id, permissions }
  }
  return {
    all: viewer('supervisor', new Set(['chat:view:all'])),
    team: viewer('seed-team-north', new Set(['chat:view:team'])),
    own: viewer('agent-messaging', new Set(['chat:view:assigned', 'chat:claim'])),
  }
}

/** The cursors of some pages down a list, so that deep pages are measured as well as the first. */
async function cursorsDown(database: Database, viewer: Viewer, query: ChatQuery, now: number): Promise<string[]> {
  const cursors: string[] = []
  let cursor: string | null | undefined
  for (let i = 0; i < 500; i++) {
    const page: { next: string | null } = await listChats(database, viewer, {
      query: { ...query, limit: 200, cursor: cursor ?? undefined },
      now,
    })
    cursor = page.next
    if (!cursor) break
    cursors.push(cursor)
  }
  return cursors
}

async function measureAll(url: string, open: { seeded?: Seeded; now: number }): Promise<void> {
  const counter: Counter = { statements: 0 }
  const database = await openDatabase(url, { onQuery: () => counter.statements++ })
  try {
    const { now } = open
    const count = await database.q
      .selectFrom('chats')
      .select((e) => e.fn.countAll().as('n'))
      .executeTakeFirst()
    console.log(
      JSON.stringify({
        bench: 'inbox',
        engine: database.engine.name,
        version: database.engine.version,
        chats: Number(count?.n),
      }),
    )
    for (const [scope, viewer] of Object.entries(await viewersOf(database))) {
      await measureLists(database, counter, { scope, viewer, now })
    }
    await measureThreads(database, counter)
  } finally {
    await database.close()
  }
}

async function measureLists(
  database: Database,
  counter: Counter,
  { scope, viewer, now }: { scope: string; viewer: Viewer; now: number },
): Promise<void> {
  const list = async (what: Record<string, unknown>, input: Record<string, string>) => {
    const query = chatQuery.parse(input)
    const deep = input.q ? [] : await cursorsDown(database, viewer, query, now)
    const page = async (cursor: string | undefined) => ({
      rows: (await listChats(database, viewer, { query: { ...query, cursor }, now })).items.length,
    })
    await measure(database, counter, { page: 'first', scope, ...what }, () => page(undefined))
    if (deep.length > 0)
      await measure(database, counter, { page: 'deep', scope, ...what }, (i) => page(deep[(i * 7919) % deep.length]))
  }
  for (const view of ['all', 'mine', 'unassigned', 'waiting', 'closing']) await list({ view }, { view })
  await list({ view: 'all', unread: true }, { unread: 'true' })
  await list({ view: 'all', platform: 'FACEBOOK' }, { platform: 'FACEBOOK' })
  await list({ view: 'all', page_filter: true }, { page: '17841400000000001' })
  await list({ view: 'all', q: 'haddad' }, { q: 'haddad' })
  await list({ view: 'all', q: 'nobody' }, { q: 'nobody is called this' })
  await measure(database, counter, { counts: true, scope }, async () => ({
    rows: (await countChats(database, viewer, now)).views.all,
  }))
}

async function measureThreads(database: Database, counter: Counter): Promise<void> {
  const viewer = (await viewersOf(database)).all as Viewer
  const chats = await database.q.selectFrom('chats').select('id').orderBy('id').execute()
  const any = (i: number) => chats[(i * 7919) % chats.length]?.id ?? ''
  const thread = async (chatId: string, cursor?: string) =>
    listMessages(database, viewer, { chatId, cursor, limit: 50 })
  await measure(database, counter, { thread: 'any chat' }, async (i) => ({ rows: (await thread(any(i))).items.length }))
  const [longest] = await database.q
    .selectFrom('facebook_messages')
    .select('chat_id')
    .groupBy('chat_id')
    .orderBy((e) => e.fn.countAll(), 'desc')
    .limit(1)
    .execute()
  const cursors: (string | undefined)[] = [undefined]
  for (let next: string | null = null, i = 0; i < 200; i++) {
    next = (await thread(longest?.chat_id ?? '', next ?? undefined)).next
    if (!next) break
    cursors.push(next)
  }
  await measure(database, counter, { thread: 'longest chat, any page' }, async (i) => ({
    rows: (await thread(longest?.chat_id ?? '', cursors[(i * 7919) % cursors.length])).items.length,
  }))
}

async function seedAndMeasure(url: string): Promise<void> {
  const database = await openDatabase(url, { poolSize: 1 })
  const now = Date.now()
  await migrate(database)
  const size = { chats: Number(values.chats), messages: Number(values.messages) }
  await fillDatabase(database, { ...size, agents: 24, now })
  console.log(
    JSON.stringify({ bench: 'seed', engine: database.engine.name, ...size, seconds: (Date.now() - now) / 1000 }),
  )
  await database.close()
  await measureAll(url, { now })
}

async function main(): Promise<void> {
  const given = values['database-url']
  if (given) return measureAll(given, { now: Date.now() })
  if (values.engine !== 'mysql') {
    const folder = mkdtempSync(join(tmpdir(), 'ticklegram-bench-'))
    try {
      await seedAndMeasure(`sqlite:${join(folder, 'inbox.db')}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  if (values.engine !== 'sqlite') {
    const server = await startMariadb({ settings: ['--innodb-buffer-pool-size=1G', '--innodb-log-file-size=512M'] })
    try {
      const name = 'bench'
      await createSchema(server.url(), name)
      await seedAndMeasure(server.url(name))
    } finally {
      await server.stop()
    }
  }
}

async function createSchema(url: string, name: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({
    socketPath: new URL(url).searchParams.get('socketPath') ?? '',
    user: 'root',
  })
  await connection.query(`create database ${name}`)
  await connection.end()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
