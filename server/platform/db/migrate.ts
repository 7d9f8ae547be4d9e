import { CompiledQuery, type Kysely, sql } from 'kysely'
import type { Table } from '../../data/columns.ts'
import { migrations as history, type Migration } from '../../data/migrations.ts'
import { type Db, tables } from '../../data/tables.ts'
import { AppError } from '../errors.ts'
import { columnDdl, createIndexDdl, createTableDdl, foreignKeyDdl, indexName, quoted, touchTriggerDdl } from './ddl.ts'
import { type LiveTable, readLiveSchema } from './live-schema.ts'
import type { Database } from './open.ts'
import { dbTime } from './time.ts'
import type { Engine } from './transaction.ts'

interface MigrationTable {
  schema_migrations: { id: string; applied_at: string }
}

/**
 * Brings the database to this program's schema and returns the ids of the steps it applied.
 * Two starters: one migrates, the other waits for the lock and finds nothing to do (MIG-2). A database that has seen a
 * newer program is refused, never changed (MIG-3).
 */
export async function migrate(database: Database, steps: readonly Migration[] = history): Promise<string[]> {
  const { engine } = database
  if (engine.name === 'sqlite') {
    return database.q.transaction().execute((q) => applySteps(q, engine, steps))
  }
  return database.q.connection().execute(async (q) => {
    const { rows } = await sql<{ got: number }>`select get_lock(concat('ticklegram.', database()), 600) as got`.execute(
      q,
    )
    if (Number(rows[0]?.got) !== 1)
      throw new AppError(
        'migration_locked',
        503,
        'Another process has been migrating this database for ten minutes. Look at that process, or wait and start again.',
      )
    try {
      return await applySteps(q, engine, steps)
    } finally {
      await sql`select release_lock(concat('ticklegram.', database()))`.execute(q)
    }
  })
}

/** The steps this database has had; none when it is empty or was made by something else. */
export async function appliedMigrations({ q, engine }: Database): Promise<string[]> {
  const live = await readLiveSchema(q, engine)
  return live.has('schema_migrations') ? appliedSteps(q) : []
}

/** The steps this database still lacks. */
export async function pendingMigrations(database: Database, steps: readonly Migration[] = history): Promise<string[]> {
  const applied = await appliedMigrations(database)
  return steps.filter((s) => !applied.includes(s.id)).map((s) => s.id)
}

async function appliedSteps(q: Db): Promise<string[]> {
  const own = q as unknown as Kysely<MigrationTable>
  return (await own.selectFrom('schema_migrations').select('id').execute()).map((r) => r.id)
}

async function applySteps(q: Db, engine: Engine, steps: readonly Migration[]): Promise<string[]> {
  await sql
    .raw(
      'create table if not exists schema_migrations (id varchar(64) not null primary key, applied_at varchar(23) not null)',
    )
    .execute(q)
  const applied = await appliedSteps(q)
  const unknown = applied.filter((id) => !steps.some((s) => s.id === id))
  if (unknown.length > 0) {
    throw new AppError(
      'schema_newer',
      500,
      `This database was made by a newer Ticklegram (${unknown.join(', ')}). Start that version, or restore a backup made before the upgrade.`,
    )
  }
  const todo = steps.filter((s) => !applied.includes(s.id))
  for (const step of todo) {
    const live = await readLiveSchema(q, engine)
    for (const name of step.ensure) await ensureTable(q, engine, name, tables[name], live.get(name))
    const own = q as unknown as Kysely<MigrationTable>
    await own
      .insertInto('schema_migrations')
      .values({ id: step.id, applied_at: dbTime(Date.now()) })
      .execute()
  }
  return todo.map((s) => s.id)
}

/** Creates a table, or adds to one that stands what it lacks. */
async function ensureTable(
  q: Db,
  engine: Engine,
  name: string,
  table: Table,
  live: LiveTable | undefined,
): Promise<void> {
  const run = (statement: string) => q.executeQuery(CompiledQuery.raw(statement))
  if (!live) await run(createTableDdl(engine, name, table))
  for (const [c, column] of Object.entries(live ? table.columns : {})) {
    if (!live?.columns.has(c))
      await run(`ALTER TABLE ${quoted(engine, name)} ADD COLUMN ${columnDdl(engine, c, column)}`)
  }
  const indexes = [
    ...Object.entries(table.unique).map(([n, columns]) => ({ n, columns, unique: true })),
    ...Object.entries(table.indexes).map(([n, columns]) => ({ n, columns, unique: false })),
  ]
  const inlined = !live && engine.name === 'mysql'
  for (const { n, columns, unique } of inlined ? [] : indexes) {
    if (!live?.indexes.has(indexName(engine, name, n))) await run(createIndexDdl(engine, name, n, columns, unique))
  }
  for (const key of live && engine.name === 'mysql' ? table.foreignKeys : []) {
    if (!live?.foreignKeys.some((k) => k.column === key.column)) {
      await run(`ALTER TABLE ${quoted(engine, name)} ADD ${foreignKeyDdl(engine, key)}`)
    }
  }
  const trigger = touchTriggerDdl(engine, name, table)
  if (trigger) {
    // Made anew: it names the table's columns.
    await run(`DROP TRIGGER IF EXISTS "${name}_touch"`)
    await run(trigger)
  }
}
