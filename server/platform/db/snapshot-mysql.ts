import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { CompiledQuery, sql } from 'kysely'
import type { Db } from '../../data/tables.ts'
import { openDatabase } from './open.ts'
import { compareCounts, type RowCounts, refuseInUse, refuseNotEmpty, type SnapshotToLoad } from './snapshot-checks.ts'

/** Bytes of one insert; what a server takes by default is at least eight times that. */
const statementSize = 500_000

/**
 * Writes the tables as SQL statements, one per line, compressed: what mariadb-dump --single-transaction would, without
 * needing that program (docs/decisions/012). All of it is read in one snapshot, so the counts are those of its moment.
 */
export function dumpMysql(q: Db, file: string): Promise<RowCounts> {
  return q.connection().execute(async (connection) => {
    const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement))
    await run('set session transaction isolation level repeatable read')
    await run('start transaction with consistent snapshot, read only')
    try {
      const counts: RowCounts = {}
      const output = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true })
      await pipeline(Readable.from(statements(connection, counts)), createGzip({ level: 4 }), output)
      return counts
    } finally {
      await run('rollback')
      await run('set session transaction isolation level read committed')
    }
  })
}

async function* statements(q: Db, counts: RowCounts): AsyncGenerator<string> {
  yield "set names utf8mb4;\nset time_zone = '+00:00';\nset foreign_key_checks = 0;\nset unique_checks = 0;\nset autocommit = 0;\n"
  for (const name of await tableNames(q)) {
    const made = await sql<{ 'Create Table': string }>`show create table ${sql.table(name)}`.execute(q)
    yield `${made.rows[0]?.['Create Table'] ?? ''};\n`
    counts[name] = 0
    for await (const { statement, rows } of inserts(q, name)) {
      counts[name] += rows
      yield `${statement};\n`
    }
    yield 'commit;\n'
  }
}

async function* inserts(q: Db, table: string): AsyncGenerator<{ statement: string; rows: number }> {
  const { escape: quoteValue, escapeId } = await import('mysql2')
  const columns = await storedColumns(q, table)
  const names = columns.map((c) => escapeId(c.name))
  // The text of a FLOAT has six digits; as a double it has all that are stored.
  const wanted = columns.map((c, i) => (c.type === 'float' ? `cast(${names[i]} as double) as ${names[i]}` : names[i]))
  const query = CompiledQuery.raw(`select ${wanted.join(', ')} from ${escapeId(table)}`)
  const head = `insert into ${escapeId(table)} (${names.join(', ')}) values `
  let rows: string[] = []
  let size = 0
  for await (const { rows: found } of q.getExecutor().stream<Record<string, unknown>>(query, 500)) {
    for (const row of found) {
      const values = `(${columns.map((c) => quoteValue(row[c.name] as string | number | Buffer | null)).join(',')})`
      rows.push(values)
      size += values.length
      if (size < statementSize) continue
      yield { statement: head + rows.join(','), rows: rows.length }
      rows = []
      size = 0
    }
  }
  if (rows.length > 0) yield { statement: head + rows.join(','), rows: rows.length }
}

/** Generated columns are left out: the engine works them out again. */
async function storedColumns(q: Db, table: string): Promise<{ name: string; type: string }[]> {
  const { rows } = await sql<{ name: string; type: string }>`
    select column_name as name, data_type as type from information_schema.columns
    where table_schema = database() and table_name = ${table} and extra not like '%GENERATED%' or
          table_schema = database() and table_name = ${table} and extra like '%DEFAULT_GENERATED%'
    order by ordinal_position`.execute(q)
  return rows
}

async function tableNames(q: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE' order by table_name`.execute(q)
  return rows.map((t) => t.name)
}

/** Runs the statements of a dump in the database at the address, in the place of what is there. */
export async function loadMysql(databaseUrl: string, { file, expected, replace }: SnapshotToLoad): Promise<void> {
  const database = await openDatabase(databaseUrl, { poolSize: 1 })
  try {
    await database.q.connection().execute(async (q) => {
      const run = (statement: string) => q.executeQuery(CompiledQuery.raw(statement))
      const there = await tableNames(q)
      if (there.length > 0 && !replace) throw refuseNotEmpty()
      if (await othersAreConnected(q)) throw refuseInUse()
      await run('set foreign_key_checks = 0')
      for (const name of there) await sql`drop table ${sql.table(name)}`.execute(q)
      for await (const statement of readStatements(file)) await run(statement)
      compareCounts(expected, await countRows(q))
    })
  } finally {
    await database.close()
  }
}

/**
 * Without the right to see everybody's connections this sees those of its own user, which are ours. A connection that
 * was closed just now is listed for a moment still, so it asks for two seconds before it believes it.
 */
async function othersAreConnected(q: Db): Promise<boolean> {
  for (let asked = 1; ; asked++) {
    const { rows } = await sql`
      select id from information_schema.processlist where db = database() and id <> connection_id() limit 1`.execute(q)
    if (rows.length === 0) return false
    if (asked === 20) return true
    await setTimeout(100)
  }
}

async function countRows(q: Db): Promise<RowCounts> {
  const counts: RowCounts = {}
  for (const name of await tableNames(q)) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(q)
    counts[name] = Number(rows[0]?.n)
  }
  return counts
}

/** A statement ends with a semicolon at the end of a line; in values every line break is escaped. */
async function* readStatements(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const text of createReadStream(file).pipe(createGunzip()).setEncoding('utf8')) {
    const parts = (rest + text).split(';\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  if (rest.trim() !== '') yield rest
}
