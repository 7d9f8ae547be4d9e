import type { Ctx } from '../ctx.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { linkFor, queueLetter } from './letters.ts'
import { createLinkToken } from './one-time-links.ts'

/**
 * Invites a person who has no password yet, in the caller's transaction: by mail if they have an e-mail and mail is set
 * up, and by the link returned, to hand over. It works once, within 7 days; an earlier invitation no longer works.
 * Whoever makes the person stores `'none'` as the password hash: it matches no password.
 */
export async function createInvitation(ctx: Ctx, tx: Tx, userId: string): Promise<string> {
  const token = await createLinkToken(ctx, tx, { userId, purpose: 'invitation' })
  await queueLetter(ctx, tx, { about: 'invitation', userId, token })
  return linkFor(ctx, 'invitation', token)
}
