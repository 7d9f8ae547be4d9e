import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import { hashToken, newToken } from './sessions.ts'

export type LinkPurpose = 'reset' | 'invitation'

/** How long a link works, in milliseconds. */
export const linkLife = { reset: 30 * 60_000, invitation: 7 * 24 * 3_600_000 } as const

/** Makes a link's token for a person; of the same purpose only the newest works (AUT-7). Only its hash is stored. */
export async function createLinkToken(
  ctx: Ctx,
  tx: Tx,
  { userId, purpose }: { userId: string; purpose: LinkPurpose },
): Promise<string> {
  const token = newToken()
  const now = ctx.clock.now()
  await tx.q
    .updateTable('password_reset_tokens')
    .set({ used_at: dbTime(now) })
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .execute()
  await insertAll(tx, 'password_reset_tokens', [
    {
      id: newId(now),
      user_id: userId,
      token_hash: hashToken(token),
      purpose,
      expires_at: dbTime(now + linkLife[purpose]),
      used_at: null,
      created_at: dbTime(now),
    },
  ])
  return token
}

/** Ends every open link of a person: after a new password none of them may set another. */
export async function endLinksOf(ctx: Ctx, tx: Tx, userId: string): Promise<void> {
  await tx.q
    .updateTable('password_reset_tokens')
    .set({ used_at: dbTime(ctx.clock.now()) })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute()
}

/** Whose link this is, while it works and its person is active. Looking at it changes nothing. */
export async function findLink(q: Db, { token, now }: { token: string; now: number }) {
  return (
    (await q
      .selectFrom('password_reset_tokens as t')
      .innerJoin('users as u', 'u.id', 't.user_id')
      .select(['t.user_id', 't.purpose', 't.expires_at', 'u.name', 'u.email', 'u.contact_number', 'u.emp_id'])
      .where('t.token_hash', '=', hashToken(token))
      .where('t.used_at', 'is', null)
      .where('t.expires_at', '>', dbTime(now))
      .where('u.is_active', '=', 1)
      .executeTakeFirst()) ?? null
  )
}

/** Uses a link up. Of any number of simultaneous uses exactly one is told true. */
export async function spendLink(tx: Tx, { token, now }: { token: string; now: number }): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('password_reset_tokens')
    .set({ used_at: dbTime(now) })
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', dbTime(now))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
