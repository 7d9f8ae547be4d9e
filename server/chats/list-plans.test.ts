import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillDatabase } from '../../scripts/seed/fill.ts'
import { type ChatQuery, chatQuery } from '../../shared/chat.ts'
import { testDatabaseUrl, testEngine } from '../../test/database.ts'
import { migrate } from '../platform/db/migrate.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { dbTime } from '../platform/db/time.ts'
import { keysStatement } from './list-chats.ts'
import type { Assignees } from './visibility.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')
const limit = 51

let database: Database
let drop: () => Promise<void>
let agents: string[]
/** In the middle of the list. */
let deep: { at: string; id: string }

beforeAll(async () => {
  const fresh = await testDatabaseUrl()
  drop = fresh.drop
  database = await openDatabase(fresh.url, { poolSize: 1 })
  await migrate(database)
  const seeded = await fillDatabase(database, { chats: 20_000, messages: 20_000, agents: 10, now })
  agents = seeded.agents.map((a) => a.id)
  const [middle] = await database.q
    .selectFrom('chats')
    .select(['activity_at as at', 'id'])
    .orderBy('activity_at')
    .offset(10_000)
    .limit(1)
    .execute()
  deep = { at: middle?.at ?? dbTime(now), id: middle?.id ?? '' }
}, 120_000)

afterAll(async () => {
  await database.close()
  await drop()
})

const statement = (assignees: Assignees, filter: Partial<ChatQuery>, from: typeof deep | null) =>
  keysStatement(database.engine, { assignees, filter: chatQuery.parse(filter), now, from, limit }).compile(database.q)

async function explain(query: CompiledQuery): Promise<Record<string, unknown>[]> {
  const word = testEngine === 'sqlite' ? 'explain query plan' : 'explain'
  return (
    await database.q.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(`${word} ${query.sql}`, [...query.parameters]),
    )
  ).rows
}

/** Rows the engine really touched; only MariaDB tells. */
async function rowsRead(query: CompiledQuery): Promise<number> {
  await sql`flush status`.execute(database.q)
  await database.q.executeQuery(query)
  const { rows } = await sql<{
    Variable_name: string
    Value: string
  }>`show session status like 'Handler_read%'`.execute(database.q)
  return rows.reduce((sum, row) => sum + Number(row.Value), 0)
}

const plain: [string, () => Assignees, Partial<ChatQuery>][] = [
  ['all', () => 'any', { view: 'all' }],
  ['waiting', () => 'any', { view: 'waiting' }],
  ['one page', () => 'any', { page: '17841400000000001' }],
  ['closing', () => 'any', { view: 'closing' }],
  ['mine', () => agents.slice(0, 1), { view: 'mine' }],
  ['unassigned', () => [null], { view: 'unassigned' }],
  ['my waiting', () => agents.slice(0, 1), { view: 'waiting' }],
]

describe('at 20,000 chats, first page and deep', () => {
  test.each(plain)('%s is read from an index in its order, without sorting', async (_, assignees, filter) => {
    for (const from of [null, deep]) {
      const plan = await explain(statement(assignees(), filter, from))
      const text = JSON.stringify(plan)
      if (testEngine === 'sqlite') {
        expect(text).toMatch(/(SEARCH|SCAN) chats USING (COVERING )?INDEX/)
        expect(text).not.toContain('TEMP B-TREE')
      } else {
        // A range that is empty by its bounds is not read at all and names no table.
        expect(plan.filter((row) => row.table !== null).map((row) => row.key)).not.toContain(null)
        expect(text).not.toContain('filesort')
      }
    }
  })

  test('a team is merged from one index range for each person', async () => {
    for (const from of [null, deep]) {
      const plan = await explain(statement([...agents, null], { view: 'all' }, from))
      const text = JSON.stringify(plan)
      if (testEngine === 'sqlite')
        expect(text.match(/SEARCH chats USING (COVERING )?INDEX chats_ix_assigned_to_activity/g)).toHaveLength(11)
      else
        expect(plan.filter((row) => row.table === 'chats').map((row) => row.key)).toEqual(
          Array(11).fill('ix_assigned_to_activity_at_id_last_incoming_at'),
        )
    }
  })

  test
    .runIf(testEngine === 'mysql')
    .each(plain.filter(([name]) => !name.includes('closing') && !name.startsWith('my ')))(
    '%s touches few more rows than it shows',
    async (_, assignees, filter) => {
      for (const from of [null, deep])
        expect(await rowsRead(statement(assignees(), filter, from))).toBeLessThan(3 * limit)
    },
  )

  test.runIf(testEngine === 'mysql')('a team touches a page of rows for each person', async () => {
    for (const from of [null, deep]) {
      expect(await rowsRead(statement([...agents, null], { view: 'all' }, from))).toBeLessThan(5 * 11 * limit)
    }
  })
})
