import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contract, summaryIndexes } from '../../test/contract.ts'
import { testDatabaseUrl } from '../../test/database.ts'
import { type LiveColumn, type LiveTable, readLiveSchema } from '../platform/db/live-schema.ts'
import { migrate } from '../platform/db/migrate.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { tables } from './tables.ts'

interface Field {
  table: string
  column: string
  type: string
  nullable: boolean
  words: string[]
}

const fields: Field[] = Object.entries(contract).flatMap(([table, lines]) =>
  lines.map((line) => {
    const [, column = '', type = '', optional, rest = ''] = /^(\w+): (\w+(?:\([^)]*\))?)(\?)? ?(.*)$/.exec(line) ?? []
    return { table, column, type, nullable: optional === '?', words: rest === '' ? [] : rest.split(', ') }
  }),
)

describe('the live schema is the given data model', () => {
  let database: Database
  let live: Map<string, LiveTable>
  let drop: () => Promise<void>
  let create: Map<string, string>

  beforeAll(async () => {
    const test = await testDatabaseUrl()
    drop = test.drop
    database = await openDatabase(test.url)
    await migrate(database)
    live = await readLiveSchema(database.q, database.engine)
    create = await sqliteSources(database)
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })

  const found = (f: Field): LiveColumn => {
    const column = live.get(f.table)?.columns.get(f.column)
    if (!column) throw new Error(`${f.table}.${f.column} is missing`)
    return column
  }
  const sqlite = () => database.engine.name === 'sqlite'

  it('has every table and every column', () => {
    expect(Object.keys(contract)).toHaveLength(21)
    for (const f of fields) expect(found(f), `${f.table}.${f.column}`).toBeDefined()
  })

  it('gives every column its type', () => {
    for (const f of fields)
      expect(normalType(found(f).type, create.get(f.table), f.column), `${f.table}.${f.column}`).toBe(
        expectedType(f, sqlite()),
      )
  })

  it('lets exactly the nullable columns be null', () => {
    for (const f of fields) expect(found(f).nullable, `${f.table}.${f.column}`).toBe(f.nullable)
  })

  it('gives every column its default and touches updated_at', () => {
    for (const f of fields)
      expect(defaultWords(found(f), f), `${f.table}.${f.column}`).toEqual(
        f.words.filter((w) => w.startsWith('default') || w === 'auto_increment'),
      )
    const touched = fields.filter((f) => f.words.includes('touched'))
    expect(touched.length).toBeGreaterThan(8)
    for (const f of touched) {
      const how = sqlite()
        ? (create.get(`${f.table}_touch`) ?? '').includes(`SET "${f.column}"`)
        : /on update current_timestamp/i.test(found(f).extra)
      expect(how, `${f.table}.${f.column} is touched on update`).toBe(true)
    }
  })

  it('has every primary key, unique key, index and foreign key', () => {
    for (const f of fields) {
      const t = live.get(f.table) as LiveTable
      const name = `${f.table}.${f.column}`
      if (f.words.includes('primary key')) expect(t.primaryKey, name).toEqual([f.column])
      const leading = [...t.indexes.values()].filter((i) => i.columns[0] === f.column)
      if (f.words.includes('unique'))
        expect(
          leading.some((i) => i.unique && i.columns.length === 1),
          `${name} unique`,
        ).toBe(true)
      if (f.words.includes('index') || summaryIndexes.includes(name))
        expect(leading.length, `${name} index`).toBeGreaterThan(0)
      const reference = f.words.find((w) => w.startsWith('references '))?.slice(11)
      if (reference) expect(t.foreignKeys, name).toContainEqual({ column: f.column, references: reference })
    }
  })

  it('adds only columns that a program which knows the contract alone can leave out', () => {
    for (const table of Object.keys(contract)) {
      const own = new Set(fields.filter((f) => f.table === table).map((f) => f.column))
      for (const [name, column] of live.get(table)?.columns ?? []) {
        if (own.has(name)) continue
        expect(column.nullable || column.default !== null || /generated/i.test(column.extra), `${table}.${name}`).toBe(
          true,
        )
      }
    }
  })

  it('ING-18 compares ids byte for byte: case and trailing space make another id', async () => {
    await database.q
      .insertInto('instagram_users')
      .values([{ igsid: 'abC' }, { igsid: 'ABc' }, { igsid: 'abC ' }])
      .execute()
    expect(
      await database.q.selectFrom('instagram_users').select('igsid').where('igsid', '=', 'abC').execute(),
    ).toHaveLength(1)
    if (database.engine.name === 'mysql') {
      for (const [name, t] of live) {
        for (const [c, column] of t.columns)
          if (column.collation && tables[name as keyof typeof tables])
            expect(column.collation, `${name}.${c}`).toMatch(/_bin$/)
      }
    }
  })
})

async function sqliteSources(database: Database): Promise<Map<string, string>> {
  if (database.engine.name !== 'sqlite') return new Map()
  const rows = database.engine.native.all<{ name: string; sql: string }>(
    'select name, sql from sqlite_master where sql is not null',
  )
  return new Map(rows.map((r) => [r.name, r.sql]))
}

function expectedType(f: Field, sqlite: boolean): string {
  if (f.type.startsWith('enum')) return f.type
  if (sqlite && f.type === 'int' && f.words.includes('auto_increment')) return 'integer'
  return f.type.toLowerCase()
}

/** The engine's word for a type in the contract's notation. */
function normalType(live: string, createSql: string | undefined, column: string): string {
  const type = live.toLowerCase()
  const check = createSql ? new RegExp(`"${column}" IN \\(([^)]*)\\)`).exec(createSql)?.[1] : undefined
  const values = check ?? /^enum\((.*)\)$/.exec(live)?.[1]
  if (values !== undefined) return `enum(${values.replaceAll("'", '').split(',').join('|')})`
  if (type === 'tinyint(1)' || type === 'boolean') return 'bool'
  if (type === 'datetime(3)') return 'datetime'
  if (type.startsWith('bigint')) return 'bigint'
  if (type.startsWith('int(')) return 'int'
  // MariaDB keeps JSON as text with a check, under this name.
  if (type === 'longtext' && column === 'payload') return 'json'
  return type
}

function defaultWords(column: LiveColumn, f: Field): string[] {
  if (/auto_increment/i.test(column.extra)) return ['auto_increment']
  if (f.words.includes('auto_increment')) return ['auto_increment']
  const value = column.default
  if (value === null || /^null$/i.test(value)) return []
  if (/current_timestamp|strftime/i.test(value)) return ['default now']
  if (/uuid\(\)|randomblob/i.test(value)) return ['default uuid']
  return [`default ${value.replace(/^\((.*)\)$/, '$1').replace(/^'(.*)'$/, '$1')}`]
}
