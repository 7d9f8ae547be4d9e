import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { appliedMigrations } from '../platform/db/migrate.ts'
import { openDatabase } from '../platform/db/open.ts'
import { databaseExists, snapshotForm, writeSnapshot } from '../platform/db/snapshot.ts'
import { AppError } from '../platform/errors.ts'
import { isFolder, type Manifest, manifestOf, sha256Of } from './manifest.ts'
import { keysInUse } from './queries.ts'

/**
 * Writes a backup of the database as it is at one moment, while the program runs. It appears under its name when it is
 * whole, and its manifest last of all: what has no manifest is no backup. The encryption keys are not in it.
 * @param to a file, or a folder in which a name with the time is made
 * @throws AppError `nothing_to_back_up`, `file_exists`
 */
export async function backUp(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  { to, version, now }: { to: string; version: string; now: number },
): Promise<{ file: string; manifest: Manifest }> {
  const { engine, ending } = snapshotForm(databaseUrl)
  const madeAt = new Date(now).toISOString()
  const file = isFolder(to) ? join(to, `ticklegram-${madeAt.replace(/[:.]/g, '-')}${ending}`) : to
  if (existsSync(file) || existsSync(manifestOf(file))) {
    throw new AppError('file_exists', 409, `${file} is there already. Name another file, or a folder.`)
  }
  if (!databaseExists(databaseUrl)) throw nothingThere()
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.part`
  rmSync(draft, { force: true })
  const db = await openDatabase(databaseUrl)
  try {
    const migrations = await appliedMigrations(db)
    if (migrations.length === 0) throw nothingThere()
    const rows = await writeSnapshot(db, draft)
    // Customers' words: for the operator's eyes only.
    chmodSync(draft, 0o600)
    const manifest: Manifest = {
      format: 'ticklegram-backup/1',
      version,
      madeAt,
      engine,
      engineVersion: db.engine.version,
      migrations,
      rows,
      keysNeeded: await keysInUse(db.q),
      file: basename(file),
      bytes: statSync(draft).size,
      sha256: await sha256Of(draft),
    }
    renameSync(draft, file)
    writeFileSync(manifestOf(file), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
    return { file, manifest }
  } finally {
    await db.close()
    rmSync(draft, { force: true })
  }
}

const nothingThere = () =>
  new AppError('nothing_to_back_up', 404, 'There is no Ticklegram database at DATABASE_URL yet: nothing to back up.')
