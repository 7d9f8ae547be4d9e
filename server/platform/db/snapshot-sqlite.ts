import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../errors.ts'
import { compareCounts, type RowCounts, refuseInUse, refuseNotEmpty, type SnapshotToLoad } from './snapshot-checks.ts'
import { isBusy, SqliteConnection } from './sqlite.ts'

/** Copies the database as it is at one moment into a new file, on disk when this returns. Writers are not held up. */
export function copySqlite(connection: SqliteConnection, file: string): RowCounts {
  connection.run('VACUUM INTO ?', [file])
  syncToDisk(file)
  return withConnection(file, countRows)
}

/** Puts a copy in the place of the database file. The former file is kept beside it, never deleted. */
export function loadSqlite(target: string, { file, expected, replace }: SnapshotToLoad): { keptAs: string | null } {
  const isThere = existsSync(target)
  if (isThere) releaseFile(target, replace)
  const draft = `${target}.restoring`
  mkdirSync(dirname(target), { recursive: true })
  try {
    copyFileSync(file, draft)
    compareCounts(expected, withConnection(draft, countRows))
    syncToDisk(draft)
    const keptAs = isThere ? `${target}.before-restore-${Date.now()}` : null
    // A log that a crash left behind belongs to the former file and must not be read into the new one.
    for (const left of ['-wal', '-shm']) rmSync(target + left, { force: true })
    if (keptAs) renameSync(target, keptAs)
    renameSync(draft, target)
    syncToDisk(dirname(target))
    return { keptAs }
  } finally {
    for (const left of ['', '-wal', '-shm', '-journal']) rmSync(draft + left, { force: true })
  }
}

/**
 * Writes the log into the file, and finds out by the way whether anybody else has it open: only the last one may. One
 * connection does both, for libsql lets a closed one go only when its statements are collected.
 */
function releaseFile(target: string, replace: boolean): void {
  withConnection(target, (connection) => {
    if (!replace && tableNames(connection).length > 0) throw refuseNotEmpty()
    try {
      const [answer] = connection.all<{ journal_mode: string }>('PRAGMA journal_mode = DELETE')
      if (answer?.journal_mode !== 'delete') throw refuseInUse()
    } catch (error) {
      throw isBusy(error) ? refuseInUse() : error
    }
  })
}

function countRows(connection: SqliteConnection): RowCounts {
  const [check] = connection.all<{ integrity_check: string }>('PRAGMA integrity_check(1)')
  if (check?.integrity_check !== 'ok') {
    throw new AppError('damaged_backup', 500, `The copy is damaged: ${check?.integrity_check}`)
  }
  const count = (name: string) => connection.all<{ n: number }>(`select count(*) as n from "${name}"`)[0]?.n
  return Object.fromEntries(tableNames(connection).map((name) => [name, Number(count(name))]))
}

const tableNames = (connection: SqliteConnection) =>
  connection
    .all<{ name: string }>(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name`,
    )
    .map((t) => t.name)

function withConnection<T>(file: string, work: (connection: SqliteConnection) => T): T {
  const connection = new SqliteConnection(file)
  try {
    return work(connection)
  } finally {
    connection.close()
  }
}

function syncToDisk(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
