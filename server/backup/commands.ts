import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { keyFile } from '../platform/crypto/keys.ts'
import { AppError } from '../platform/errors.ts'
import { backUp } from './back-up.ts'
import { restore } from './restore.ts'

export const backupUsage =
  'backup --to <file|folder>           (safe while the program runs; the encryption key is not in it)'
export const restoreUsage =
  'restore --from <file|folder> [--force]   (stop the program first; from a folder the newest is taken)'

/**
 * `backup`: writes a backup beside its manifest.
 * @returns the lines to print
 * @throws AppError with what is wrong, also for wrong arguments
 */
export async function backupCommand(config: Config, args: string[], version: string): Promise<string> {
  const { to } = parseArgs({ args, options: { to: { type: 'string' } } }).values
  if (!to) throw new AppError('usage', 400, `Usage: ${backupUsage}`)
  const { file, manifest } = await backUp(config, { to, version, now: Date.now() })
  const { bytes, rows } = manifest
  const all = Object.values(rows).reduce((sum, n) => sum + n, 0)
  return [
    `Wrote ${file}: ${all} rows of ${Object.keys(rows).length} tables, ${(bytes / 1_000_000).toFixed(1)} MB.`,
    '',
    'THE ENCRYPTION KEY IS NOT IN THIS BACKUP. Without it the stored access tokens cannot be read, and every page and',
    `account must be connected again. Keep it elsewhere, safe: ${whereKeysAre(config)}.`,
  ].join('\n')
}

function whereKeysAre(config: Config): string {
  const file = existsSync(keyFile(config)) ? keyFile(config) : null
  const variable = config.encryptionKeys.length > 0 ? 'the value of ENCRYPTION_KEY' : null
  return [variable, file].filter((place) => place !== null).join(' and ') || `${keyFile(config)} (not made yet)`
}

/**
 * `restore`: puts a backup in the place of an empty database, or with `--force` of any.
 * @returns the lines to print
 * @throws AppError with what is wrong, also for wrong arguments
 */
export async function restoreCommand(config: Config, args: string[]): Promise<string> {
  const { from, force = false } = parseArgs({
    args,
    options: { from: { type: 'string' }, force: { type: 'boolean' } },
  }).values
  if (!from) throw new AppError('usage', 400, `Usage: ${restoreUsage}`)
  const { manifest, file, keptAs, keysMissing } = await restore(config, { from, force })
  const tables = Object.keys(manifest.rows).length
  return [
    `Restored ${file}, made ${manifest.madeAt}; the rows of all ${tables} tables are as many as its manifest says.`,
    ...(keptAs ? [`The former database was kept as ${keptAs}; delete it when you no longer need it.`] : []),
    ...(keysMissing.length > 0 ? [missingKeys(keysMissing, config)] : []),
  ].join('\n')
}

const missingKeys = (kids: string[], config: Config) =>
  `\nTHE ENCRYPTION KEY IS MISSING: ${kids.join(', ')}. Put it into ${keyFile(config)} or ENCRYPTION_KEY before you start; without it the program refuses to.`
