import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import type { Database } from '../db/open.ts'
import { insertNew } from '../db/rows.ts'
import { AppError } from '../errors.ts'
import { type Sealer, type SealingKey, UnsealError } from './seal.ts'

/**
 * The keys of the environment, or without any the key file in the data folder, which is made at the first start.
 * A key file that is already there stays able to open what it sealed when keys move into the environment.
 * @throws AppError when the key file cannot be read or made
 */
export function loadKeys(config: Pick<Config, 'encryptionKeys' | 'dataDir'>): SealingKey[] {
  const file = keyFile(config)
  const fromFile = existsSync(file) || config.encryptionKeys.length === 0 ? [readOrMake(file)] : []
  return [...config.encryptionKeys, ...fromFile]
}

/** The keys that are there, without making one. */
export function existingKeys(config: Pick<Config, 'encryptionKeys' | 'dataDir'>): SealingKey[] {
  const file = keyFile(config)
  return existsSync(file) ? [...config.encryptionKeys, readOrMake(file)] : config.encryptionKeys
}

export const keyFile = (config: Pick<Config, 'dataDir'>) => join(config.dataDir, 'keys', 'encryption.key')

function readOrMake(file: string): SealingKey {
  try {
    if (!existsSync(file)) make(file)
    chmodSync(file, 0o600)
    return parse(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('key_file', 500, `Cannot read or make the key file ${file}: ${(error as Error).message}`)
  }
}

/** Written beside and linked into place: of two processes that start at once, both end up with the first one's key. */
function make(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  const kid = `f${randomBytes(3).toString('hex')}`
  writeFileSync(draft, `${kid}:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function parse(text: string, file: string): SealingKey {
  const [kid = '', base64 = ''] = text.trim().split(':')
  const key = Buffer.from(base64, 'base64')
  if (!/^[A-Za-z0-9_-]{1,8}$/.test(kid) || key.length !== 32) {
    throw new AppError(
      'key_file',
      500,
      `${file} is not a key file (kid:base64 of 32 bytes). Restore it from your backup.`,
    )
  }
  return { kid, key }
}

const knownText = 'ticklegram'
const checkBinding = (kid: string) => ({ table: 'encryption_checks', column: 'sealed', rowId: kid })

/**
 * Refuses a start with keys that do not open what this database holds (SEC-4), and changes nothing then.
 * A key seen for the first time leaves a known text behind, so that later a wrong key of its name is found.
 * @throws AppError `wrong_encryption_key`
 */
export async function assertKeys(db: Database, sealer: Sealer): Promise<void> {
  const checks = await openStoredValues(db, sealer)
  const [active] = sealer.kids
  if (!active || checks.some((c) => c.id === active)) return
  const sealed = sealer.seal(knownText, checkBinding(active))
  await db.transaction((tx) => insertNew(tx, 'encryption_checks', [{ id: active, sealed }]))
}

/**
 * Opens every stored token once; writes nothing.
 * @throws AppError `wrong_encryption_key`
 */
export async function openStoredValues(db: Database, sealer: Sealer): Promise<{ id: string }[]> {
  const checks = await db.q.selectFrom('encryption_checks').selectAll().execute()
  for (const check of checks) {
    // A key that is no longer here may have been retired; the tokens below tell whether it is still needed.
    if (sealer.kids.includes(check.id)) tryOpen(sealer, check.sealed, checkBinding(check.id))
  }
  await openStoredTokens(db, sealer)
  return checks
}

async function openStoredTokens(db: Database, sealer: Sealer): Promise<void> {
  for (const table of ['facebook_pages', 'instagram_accounts'] as const) {
    const rows = await db.q
      .selectFrom(table)
      .select(['id', 'access_token'])
      .where('access_token', 'like', 'v1.%')
      .execute()
    for (const row of rows) tryOpen(sealer, row.access_token, { table, column: 'access_token', rowId: row.id })
  }
}

function tryOpen(sealer: Sealer, sealed: string, binding: Parameters<Sealer['open']>[1]): void {
  try {
    sealer.open(sealed, binding)
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    const kid = sealed.split('.')[1] ?? ''
    const why = error.reason === 'unknown_key' ? 'is not here' : 'is not the one it was sealed with'
    throw new AppError(
      'wrong_encryption_key',
      500,
      `A stored value (${binding.table} ${binding.rowId}) needs the encryption key "${kid}", which ${why}. Give the old key in ENCRYPTION_KEY, or put the key file back. Nothing was changed.`,
    )
  }
}
