import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabaseUrl } from '../../../test/database.ts'
import { migrations } from '../../data/migrations.ts'
import { tables } from '../../data/tables.ts'
import { readLiveSchema } from './live-schema.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { type Database, openDatabase } from './open.ts'

let database: TestDatabase
const open: Database[] = []

beforeEach(async () => {
  database = await testDatabaseUrl()
})
afterEach(async () => {
  for (const db of open.splice(0)) await db.close()
  await database.drop()
})

async function connect(): Promise<Database> {
  const db = await openDatabase(database.url)
  open.push(db)
  return db
}

async function shape(db: Database): Promise<unknown> {
  const live = await readLiveSchema(db.q, db.engine)
  return [...live]
    .sort()
    .map(([name, t]) => [
      name,
      [...t.columns].sort(),
      [...t.indexes].sort(),
      t.foreignKeys.map((k) => `${k.column}>${k.references}`).sort(),
      t.primaryKey,
    ])
}

async function complete(): Promise<unknown> {
  const other = await testDatabaseUrl()
  const db = await openDatabase(other.url)
  await migrate(db)
  const whole = await shape(db)
  await db.close()
  await other.drop()
  return whole
}

describe('migrating', () => {
  it('MIG-2 two starters at once migrate once', async () => {
    const [a, b] = [await connect(), await connect()]
    const results = await Promise.all([migrate(a), migrate(b)])
    expect(results.map((r) => r.length).sort()).toEqual([0, migrations.length])
    expect(await pendingMigrations(a)).toEqual([])
  })

  it('MIG-2 a migration killed anywhere is finished by the next start', async () => {
    const program = fileURLToPath(new URL('../../../test/migrate-child.ts', import.meta.url))
    for (const afterMs of [50, 150, 300, 500]) {
      const child = fork(program, [database.url], {
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      await new Promise((resolve) => child.once('message', resolve))
      setTimeout(() => child.kill('SIGKILL'), afterMs)
      await new Promise((resolve) => child.once('exit', resolve))
    }
    const db = await connect()
    await migrate(db)
    expect(await shape(db)).toEqual(await complete())
  })

  it('MIG-2 adds what is missing to tables that stand, and loses no row of them', async () => {
    const db = await connect()
    await migrate(db)
    const whole = await shape(db)
    await db.q.insertInto('facebook_users').values({ id: '1', name: 'Kept' }).execute()
    const { schema } = db.q
    if (db.engine.name === 'sqlite') db.engine.native.exec('DROP TRIGGER facebook_users_touch')
    await schema.alterTable('facebook_users').dropColumn('profile_checked_at').execute()
    await schema.dropTable('outbox').execute()
    await schema.dropTable('schema_migrations').execute()
    expect(await migrate(db)).toHaveLength(migrations.length)
    expect(await shape(db)).toEqual(whole)
    expect(await db.q.selectFrom('facebook_users').select('name').execute()).toEqual([{ name: 'Kept' }])
  })

  it('MIG-3 refuses a database that a newer program has changed, in one line', async () => {
    const db = await connect()
    await migrate(db, [
      { id: '001-contract-and-inbox', ensure: [] },
      { id: '999-of-tomorrow', ensure: [] },
    ])
    await expect(migrate(db)).rejects.toThrow(/newer Ticklegram \(999-of-tomorrow\)/)
  })

  it('makes every table it declares', async () => {
    const db = await connect()
    await migrate(db)
    const live = await readLiveSchema(db.q, db.engine)
    for (const name of Object.keys(tables)) expect(live.has(name), name).toBe(true)
  })
})

describe('opening', () => {
  it('INP-7 asserts durability, strictness, time zone and isolation', async () => {
    const db = await connect()
    if (db.engine.name === 'sqlite') {
      expect(Object.values(db.engine.native.all('PRAGMA synchronous')[0] ?? {})).toEqual([2])
      expect(Object.values(db.engine.native.all('PRAGMA journal_mode')[0] ?? {})).toEqual(['wal'])
      return
    }
    const { startMariadb } = await import('../../../test/mariadb.ts')
    const careless = await startMariadb({ settings: ['--innodb-flush-log-at-trx-commit=2'] })
    await expect(openDatabase(careless.url())).rejects.toThrow(/innodb_flush_log_at_trx_commit is 2, must be 1/)
    await careless.stop()
  })
})
