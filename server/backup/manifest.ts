import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../platform/errors.ts'

/** What stands beside a backup: enough to know what it is, and to prove after a restore that all of it is there. */
const manifestSchema = z.object({
  format: z.literal('ticklegram-backup/1'),
  version: z.string(),
  madeAt: z.iso.datetime(),
  engine: z.string(),
  engineVersion: z.string(),
  /** Steps of the schema's history that the database had. */
  migrations: z.array(z.string()),
  /** Rows per table at the moment of the backup. */
  rows: z.record(z.string(), z.int()),
  /** Names of the encryption keys without which the stored access tokens cannot be read. The keys are not here. */
  keysNeeded: z.array(z.string()),
  file: z.string().regex(/^[^/\\]+$/),
  bytes: z.int(),
  sha256: z.string(),
})
export type Manifest = z.infer<typeof manifestSchema>

const ending = '.manifest.json'
export const manifestOf = (backup: string) => backup + ending

export const isFolder = (path: string): boolean =>
  path.endsWith('/') || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)

/**
 * Finds a backup by its file, its manifest, or the folder it is in; in a folder the newest counts.
 * @throws AppError `no_backup`
 */
export function readManifest(from: string): { manifest: Manifest; file: string } {
  const path = isFolder(from) ? newestIn(from) : from.endsWith(ending) ? from : manifestOf(from)
  const found = manifestSchema.safeParse(parseFile(path))
  if (!found.success) throw new AppError('no_backup', 400, `${path} is no manifest of a Ticklegram backup.`)
  return { manifest: found.data, file: join(dirname(path), found.data.file) }
}

function newestIn(folder: string): string {
  const times = filesOf(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .map((path) => ({ path, madeAt: manifestSchema.safeParse(parseFile(path)).data?.madeAt ?? '' }))
    .sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1))
  const [newest] = times
  if (!newest?.madeAt) throw new AppError('no_backup', 404, `There is no backup in ${folder}.`)
  return newest.path
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    throw new AppError('no_backup', 404, `There is no folder ${folder}.`)
  }
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw new AppError('no_backup', 404, `Cannot read ${path}: a backup has a manifest beside its file.`)
    }
    return null
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file)) hash.update(part as Buffer)
  return hash.digest('hex')
}
