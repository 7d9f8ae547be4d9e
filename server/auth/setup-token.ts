import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { insertNew } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { hashToken, newToken } from './sessions.ts'

/** The table's one row. Without it nobody was ever offered a link; with `used_at` it is over for ever. */
const theRow = 'setup'

/**
 * The one-time link that makes the first admin, or null once somebody made one by it or on the command line. Every
 * start makes a new one and the one before stops working; only its hash is stored (AUT-11).
 */
export async function ensureSetupToken(ctx: Ctx): Promise<string | null> {
  const token = newToken()
  const now = dbTime(ctx.clock.now())
  const fresh = { token_hash: hashToken(token), created_at: now }
  const open = await ctx.db.transaction(async (tx) => {
    if (await wasMadeElsewhere(tx.q)) await closeSetup(tx, ctx.clock.now())
    await insertNew(tx, 'setup_tokens', [{ id: theRow, token_hash: null, created_at: now, used_at: null }])
    const { numUpdatedRows } = await tx.q
      .updateTable('setup_tokens')
      .set(fresh)
      .where('id', '=', theRow)
      .where('used_at', 'is', null)
      .executeTakeFirstOrThrow()
    return numUpdatedRows > 0n
  })
  return open ? `${ctx.config.publicUrl}/setup?token=${token}` : null
}

/** A database taken over from another program has its admin already. */
async function wasMadeElsewhere(q: Db): Promise<boolean> {
  const row = await q.selectFrom('setup_tokens').select('id').where('id', '=', theRow).executeTakeFirst()
  if (row) return false
  const admin = await q
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_active', '=', 1)
    .executeTakeFirst()
  return admin !== undefined
}

export async function isSetupOpen(q: Db): Promise<boolean> {
  const row = await q.selectFrom('setup_tokens').select('used_at').where('id', '=', theRow).executeTakeFirst()
  return row !== undefined && row.used_at === null
}

export async function isSetupToken(q: Db, token: string): Promise<boolean> {
  const row = await q.selectFrom('setup_tokens').select('token_hash').where('id', '=', theRow).executeTakeFirst()
  return row?.token_hash === hashToken(token)
}

/** Uses the link up. Of any number of simultaneous uses exactly one is told true. */
export async function useSetupToken(tx: Tx, { token, now }: { token: string; now: number }): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('setup_tokens')
    .set({ used_at: dbTime(now), token_hash: null })
    .where('id', '=', theRow)
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Ends the first set-up because an admin exists now, also when no link was ever made. */
export async function closeSetup(tx: Tx, now: number): Promise<void> {
  const used = { token_hash: null, used_at: dbTime(now) }
  await insertNew(tx, 'setup_tokens', [{ id: theRow, ...used, created_at: dbTime(now) }])
  await tx.q.updateTable('setup_tokens').set(used).where('id', '=', theRow).where('used_at', 'is', null).execute()
}
