import { statSync } from 'node:fs'
import type { Config } from '../config.ts'
import { migrations } from '../data/migrations.ts'
import { existingKeys } from '../platform/crypto/keys.ts'
import { isSnapshotOf, loadSnapshot } from '../platform/db/snapshot.ts'
import { AppError } from '../platform/errors.ts'
import { type Manifest, readManifest, sha256Of } from './manifest.ts'

/**
 * Puts a backup into the database of the settings, and proves by its row counts that all of it is there.
 * @param force replaces a database that has tables; a SQLite file is then kept beside the new one
 * @throws AppError `no_backup`, `damaged_backup`, `wrong_engine`, `schema_newer`, `not_empty`, `in_use`
 */
export async function restore(
  config: Pick<Config, 'databaseUrl' | 'encryptionKeys' | 'dataDir'>,
  { from, force }: { from: string; force: boolean },
): Promise<{ manifest: Manifest; file: string; keptAs: string | null; keysMissing: string[] }> {
  const { manifest, file } = readManifest(from)
  if (!isSnapshotOf(config.databaseUrl, manifest.engine)) {
    const message = `This is a backup of ${manifest.engine}, and DATABASE_URL names another engine. Restore into the engine it came from.`
    throw new AppError('wrong_engine', 400, message)
  }
  const unknown = manifest.migrations.filter((id) => !migrations.some((m) => m.id === id))
  if (unknown.length > 0) {
    const message = `This backup was made by a newer Ticklegram (${manifest.version}: ${unknown.join(', ')}). Restore with that version.`
    throw new AppError('schema_newer', 400, message)
  }
  if (
    statSync(file, { throwIfNoEntry: false })?.size !== manifest.bytes ||
    (await sha256Of(file)) !== manifest.sha256
  ) {
    throw new AppError('damaged_backup', 400, `${file} is not the file its manifest speaks of. Nothing was changed.`)
  }
  const { keptAs } = await loadSnapshot(config.databaseUrl, { file, expected: manifest.rows, replace: force })
  const here = existingKeys(config).map((k) => k.kid)
  return { manifest, file, keptAs, keysMissing: manifest.keysNeeded.filter((kid) => !here.includes(kid)) }
}
