import { existsSync } from 'node:fs'
import type { Database } from './open.ts'
import type { RowCounts, SnapshotToLoad } from './snapshot-checks.ts'
import { dumpMysql, loadMysql } from './snapshot-mysql.ts'
import { copySqlite, loadSqlite } from './snapshot-sqlite.ts'

/** Whether a snapshot of this engine can be loaded at the address. */
export const isSnapshotOf = (databaseUrl: string, engine: string): boolean =>
  snapshotForm(databaseUrl).engine === engine

/** Which engine an address is for, and how a file with its snapshot ends. */
export const snapshotForm = (databaseUrl: string): { engine: 'sqlite' | 'mysql'; ending: string } =>
  databaseUrl.startsWith('sqlite:') ? { engine: 'sqlite', ending: '.db' } : { engine: 'mysql', ending: '.sql.gz' }

const sqliteFile = (databaseUrl: string) => databaseUrl.slice('sqlite:'.length)

/** Whether there is something to open. Opening a SQLite file that is not there would make it. */
export const databaseExists = (databaseUrl: string): boolean =>
  snapshotForm(databaseUrl).engine === 'mysql' || existsSync(sqliteFile(databaseUrl))

/**
 * Writes everything as it is at one moment into `file`, while others go on reading and writing: `VACUUM INTO` on
 * SQLite, SQL statements of one consistent snapshot on MySQL and MariaDB.
 * @returns the rows per table of exactly that moment
 */
export async function writeSnapshot({ engine, q }: Database, file: string): Promise<RowCounts> {
  return engine.name === 'sqlite' ? copySqlite(engine.native, file) : dumpMysql(q, file)
}

/**
 * Loads a snapshot of the same engine into the database at the address and counts its rows.
 * @returns where the former SQLite file was kept, if there was one
 * @throws AppError `not_empty`, `in_use`, `damaged_backup`
 */
export async function loadSnapshot(databaseUrl: string, snapshot: SnapshotToLoad): Promise<{ keptAs: string | null }> {
  if (snapshotForm(databaseUrl).engine === 'sqlite') return loadSqlite(sqliteFile(databaseUrl), snapshot)
  await loadMysql(databaseUrl, snapshot)
  return { keptAs: null }
}
