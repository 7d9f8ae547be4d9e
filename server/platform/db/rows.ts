import { CompiledQuery, type Insertable, type SelectQueryBuilder, type Updateable } from 'kysely'
import { type TableName, type Tables, tables } from '../../data/tables.ts'
import type { Tx } from './transaction.ts'

/** Statements over many rows at once: prepared per row on SQLite, one statement for all on MySQL. */

type Row<T extends TableName> = Insertable<Tables[T]>
const maxParameters = 30_000

function columnsOf(rows: readonly object[]): string[] {
  return Object.keys(rows[0] ?? {})
}

const quote = (tx: Tx, name: string) => (tx.engine.name === 'sqlite' ? `"${name}"` : `\`${name}\``)

function insertSql(tx: Tx, table: string, columns: string[], rowCount: number): string {
  const one = `(${columns.map(() => '?').join(',')})`
  return `insert into ${quote(tx, table)} (${columns.map((c) => quote(tx, c)).join(',')}) values ${Array(rowCount).fill(one).join(',')}`
}

function values(columns: string[], row: object): unknown[] {
  const record = row as Record<string, unknown>
  return columns.map((c) => record[c] ?? null)
}

async function inChunks<R extends object>(rows: readonly R[], columns: string[], run: (chunk: R[]) => Promise<void>) {
  const size = Math.max(1, Math.floor(maxParameters / columns.length))
  for (let i = 0; i < rows.length; i += size) await run(rows.slice(i, i + size))
}

/** Returns how many rows the engine says it changed. */
async function writeRows(tx: Tx, table: TableName, rows: readonly object[], suffix: string): Promise<number> {
  if (rows.length === 0) return 0
  const columns = columnsOf(rows)
  const { engine } = tx
  let changed = 0
  if (engine.name === 'sqlite') {
    const statement = insertSql(tx, table, columns, 1) + suffix
    for (const row of rows) changed += engine.native.run(statement, values(columns, row))
    return changed
  }
  await inChunks(rows, columns, async (chunk) => {
    const statement = insertSql(tx, table, columns, chunk.length) + suffix
    const parameters = chunk.flatMap((row) => values(columns, row))
    const { numAffectedRows } = await tx.q.executeQuery(CompiledQuery.raw(statement, parameters))
    changed += Number(numAffectedRows)
  })
  return changed
}

/** Inserts rows that all have the same columns. */
export async function insertAll<T extends TableName>(tx: Tx, table: T, rows: readonly Row<T>[]): Promise<void> {
  await writeRows(tx, table, rows, '')
}

/**
 * Inserts the rows whose keys are free and returns the primary keys (first column of the key) of those that went in.
 * The unique keys decide, not a look beforehand: two processes with the same row cannot both be told it was new.
 */
export async function insertNew<T extends TableName>(tx: Tx, table: T, rows: readonly Row<T>[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const key = tables[table].primaryKey[0] as string
  const columns = columnsOf(rows)
  const { engine } = tx
  if (engine.name === 'sqlite') {
    const statement = `${insertSql(tx, table, columns, 1)} on conflict do nothing`
    const added = new Set<string>()
    for (const row of rows) {
      if (engine.native.run(statement, values(columns, row)) > 0)
        added.add((row as Record<string, string>)[key] as string)
    }
    return added
  }
  const k = quote(tx, key)
  const ignore = ` on duplicate key update ${k} = ${k}`
  if (key === 'id' && rows.length > 1) {
    // A row that went in counts 1, one whose key was taken 0: mostly all are new, and nothing needs to be read back.
    const added = await writeRows(tx, table, rows, ignore)
    if (added === rows.length) return new Set(rows.map((row) => (row as Record<string, string>)[key] as string))
    return storedKeys(tx, table, rows, key)
  }
  const added = new Set<string>()
  for (const row of rows) {
    const statement = insertSql(tx, table, columns, 1) + ignore
    const { numAffectedRows } = await tx.q.executeQuery(CompiledQuery.raw(statement, values(columns, row)))
    if (numAffectedRows === 1n) added.add((row as Record<string, string>)[key] as string)
  }
  return added
}

/** Our ids are fresh, so a row that is found under its id is the one just written. */
async function storedKeys<T extends TableName>(
  tx: Tx,
  table: T,
  rows: readonly Row<T>[],
  key: string,
): Promise<Set<string>> {
  const ids = rows.map((row) => (row as Record<string, unknown>)[key])
  const found = await tx.q.executeQuery<Record<string, string>>(
    CompiledQuery.raw(
      `select ${quote(tx, key)} as k from ${quote(tx, table)} where ${quote(tx, key)} in (${ids.map(() => '?').join(',')})`,
      ids,
    ),
  )
  return new Set(found.rows.map((row) => row.k as string))
}

/**
 * Inserts rows, or where the key is taken sets `update`: a column name takes the new value, a pair an expression in
 * which `new(c)` stands for the new value of column c.
 */
export async function upsertAll<T extends TableName>(
  tx: Tx,
  table: T,
  rows: readonly Row<T>[],
  key: (keyof Row<T> & string)[],
  update: ((keyof Row<T> & string) | [column: keyof Row<T> & string, expression: string])[],
): Promise<void> {
  const sqlite = tx.engine.name === 'sqlite'
  const fresh = (c: string) => (sqlite ? `excluded.${quote(tx, c)}` : `values(${quote(tx, c)})`)
  const sets = update.map((u) => {
    const [c, expression] = typeof u === 'string' ? [u, `new(${u})`] : u
    return `${quote(tx, c)} = ${expression.replace(/new\((\w+)\)/g, (_, name: string) => fresh(name))}`
  })
  const head = sqlite
    ? ` on conflict (${key.map((k) => quote(tx, k)).join(',')}) do update set `
    : ' on duplicate key update '
  await writeRows(tx, table, rows, head + sets.join(', '))
}

/**
 * Updates rows that are known to exist, each found by its primary key, all with the same columns.
 * The caller holds their locks; `rows` must be in the order in which it took them.
 */
export async function updateAll<T extends TableName>(
  tx: Tx,
  table: T,
  rows: readonly Updateable<Tables[T]>[],
): Promise<void> {
  if (rows.length === 0) return
  const key = tables[table].primaryKey
  const columns = columnsOf(rows)
  const set = columns.filter((c) => !key.includes(c))
  const { engine } = tx
  if (engine.name === 'sqlite') {
    const where = key.map((k) => `${quote(tx, k)} = ?`).join(' and ')
    const statement = `update ${quote(tx, table)} set ${set.map((c) => `${quote(tx, c)} = ?`).join(', ')} where ${where}`
    for (const row of rows) engine.native.run(statement, [...values(set, row), ...values(key, row)])
    return
  }
  await inChunks(rows, columns, async (chunk) => {
    // One statement for all rows: a derived table joined by primary key.
    const first = `select ${columns.map((c) => `? as ${quote(tx, c)}`).join(', ')}`
    const rest = `union all select ${columns.map(() => '?').join(', ')}`
    const source = [first, ...Array(chunk.length - 1).fill(rest)].join(' ')
    const on = key.map((k) => `t.${quote(tx, k)} = s.${quote(tx, k)}`).join(' and ')
    const statement = `update ${quote(tx, table)} t join (${source}) s on ${on} set ${set.map((c) => `t.${quote(tx, c)} = s.${quote(tx, c)}`).join(', ')}`
    await tx.q.executeQuery(
      CompiledQuery.raw(
        statement,
        chunk.flatMap((row) => values(columns, row)),
      ),
    )
  })
}

/**
 * Takes `count` numbers of a sequence and returns the last. The row stays locked until the commit, so numbers are
 * committed in their order: who has read number n has read everything below it.
 */
export async function nextNumbers(tx: Tx, name: string, count: number): Promise<number> {
  const { engine } = tx
  if (engine.name === 'sqlite') {
    const rows = engine.native.all<{ value: number }>(
      'insert into sequences (name, value) values (?, ?) on conflict (name) do update set value = value + excluded.value returning value',
      [name, count],
    )
    return Number(rows[0]?.value)
  }
  const { insertId } = await tx.q.executeQuery(
    CompiledQuery.raw(
      'insert into sequences (name, value) values (?, last_insert_id(?)) on duplicate key update value = last_insert_id(value + ?)',
      [name, count, count],
    ),
  )
  if (insertId === undefined) throw new Error(`the sequence ${name} gave no number`)
  return Number(insertId)
}

/** Locks the selected rows until the commit. SQLite has one writer, which has the lock already. */
export function locked<DB, TB extends keyof DB, O>(
  tx: Tx,
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return tx.engine.name === 'sqlite' ? query : query.forUpdate()
}
