import { createHash, randomInt } from 'node:crypto'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

const atOnce = 10
const groups = 4
/** Letters and digits that are not mistaken for each other: 16 of these 31 are 79 bits, enough for a plain hash. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'

const letter = () => alphabet[randomInt(alphabet.length)]
const newCode = () => Array.from({ length: groups }, () => Array.from({ length: 4 }, letter).join('')).join('-')

/** However it is typed: case, gaps and dashes do not matter. */
const hashOf = (userId: string, code: string) =>
  createHash('sha256')
    .update(`${userId}\0${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
    .digest('hex')

/** Makes new recovery codes; the ones before no longer work. Only their hashes are stored. */
export async function replaceRecoveryCodes(ctx: Ctx, tx: Tx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: atOnce }, newCode)
  const created_at = dbTime(ctx.clock.now())
  await tx.q.deleteFrom('totp_recovery_codes').where('user_id', '=', userId).execute()
  const rows = codes.map((code) => ({ code_hash: hashOf(userId, code), user_id: userId, used_at: null, created_at }))
  await insertAll(tx, 'totp_recovery_codes', rows)
  return codes
}

export async function spendRecoveryCode(
  ctx: Ctx,
  tx: Tx,
  { userId, code }: { userId: string; code: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('totp_recovery_codes')
    .set({ used_at: dbTime(ctx.clock.now()) })
    .where('code_hash', '=', hashOf(userId, code))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function countRecoveryCodes(q: Db, userId: string): Promise<number> {
  const { left } = await q
    .selectFrom('totp_recovery_codes')
    .select((count) => count.fn.countAll<number>().as('left'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(left)
}
