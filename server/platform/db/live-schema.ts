import { sql } from 'kysely'
import type { Db } from '../../data/tables.ts'
import type { Engine } from './transaction.ts'

/** A table as the engine itself describes it. */
export interface LiveTable {
  columns: Map<string, LiveColumn>
  indexes: Map<string, { unique: boolean; columns: string[] }>
  foreignKeys: { column: string; references: string }[]
  primaryKey: string[]
}

export interface LiveColumn {
  type: string
  nullable: boolean
  default: string | null
  extra: string
  collation: string | null
}

/** Reads the schema that really stands in the database. */
export const readLiveSchema = (q: Db, engine: Engine): Promise<Map<string, LiveTable>> =>
  engine.name === 'sqlite' ? readSqlite(q) : readMysql(q)

const emptyTable = (): LiveTable => ({ columns: new Map(), indexes: new Map(), foreignKeys: [], primaryKey: [] })

async function readSqlite(q: Db): Promise<Map<string, LiveTable>> {
  const found = await sql<{
    name: string
  }>`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(q)
  const result = new Map<string, LiveTable>()
  for (const { name } of found.rows) {
    const t = emptyTable()
    const columns = await sql<{
      name: string
      type: string
      notnull: number
      dflt_value: string | null
      pk: number
      hidden: number
    }>`
      select * from pragma_table_xinfo(${name})`.execute(q)
    for (const c of columns.rows) {
      const extra = c.hidden >= 2 ? 'generated' : ''
      t.columns.set(c.name, { type: c.type, nullable: c.notnull === 0, default: c.dflt_value, extra, collation: null })
    }
    t.primaryKey = columns.rows
      .filter((c) => c.pk > 0)
      .sort((a, b) => a.pk - b.pk)
      .map((c) => c.name)
    const indexes = await sql<{
      name: string
      unique: number
      origin: string
    }>`select * from pragma_index_list(${name})`.execute(q)
    for (const i of indexes.rows.filter((i) => i.origin !== 'pk')) {
      const parts = await sql<{ name: string }>`select name from pragma_index_info(${i.name}) order by seqno`.execute(q)
      t.indexes.set(i.name, { unique: i.unique === 1, columns: parts.rows.map((p) => p.name) })
    }
    const keys = await sql<{
      from: string
      table: string
      to: string
    }>`select * from pragma_foreign_key_list(${name})`.execute(q)
    t.foreignKeys = keys.rows.map((k) => ({ column: k.from, references: `${k.table}.${k.to}` }))
    result.set(name, t)
  }
  return result
}

async function readMysql(q: Db): Promise<Map<string, LiveTable>> {
  const result = new Map<string, LiveTable>()
  const table = (name: string) => {
    const known = result.get(name) ?? emptyTable()
    result.set(name, known)
    return known
  }
  const columns = await sql<{
    t: string
    c: string
    type: string
    nullable: string
    dflt: string | null
    extra: string
    coll: string | null
  }>`
    select c.table_name as t, c.column_name as c, c.column_type as type, c.is_nullable as nullable, c.column_default as dflt,
           c.extra as extra, c.collation_name as coll
    from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = database() and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`.execute(
    q,
  )
  for (const c of columns.rows) {
    table(c.t).columns.set(c.c, {
      type: c.type,
      nullable: c.nullable === 'YES',
      default: c.dflt,
      extra: c.extra,
      collation: c.coll,
    })
  }
  const indexes = await sql<{ t: string; i: string; c: string; non_unique: number }>`
    select table_name as t, index_name as i, column_name as c, non_unique from information_schema.statistics
    where table_schema = database() order by table_name, index_name, seq_in_index`.execute(q)
  for (const i of indexes.rows) {
    const t = table(i.t)
    if (i.i === 'PRIMARY') {
      t.primaryKey.push(i.c)
      continue
    }
    const index = t.indexes.get(i.i) ?? { unique: Number(i.non_unique) === 0, columns: [] }
    index.columns.push(i.c)
    t.indexes.set(i.i, index)
  }
  const keys = await sql<{ t: string; c: string; rt: string; rc: string }>`
    select table_name as t, column_name as c, referenced_table_name as rt, referenced_column_name as rc
    from information_schema.key_column_usage where table_schema = database() and referenced_table_name is not null`.execute(
    q,
  )
  for (const k of keys.rows) table(k.t).foreignKeys.push({ column: k.c, references: `${k.rt}.${k.rc}` })
  return result
}
