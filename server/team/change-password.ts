import { newPassword } from '../../shared/user.ts'
import { normalEmail } from '../auth/login-names.ts'
import { endLinksOf } from '../auth/one-time-links.ts'
import { hashPassword } from '../auth/password.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { endOtherSessionsOf, endSessionsOf } from '../auth/sessions.ts'
import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { findUser, findUserIdByEmail } from './queries.ts'

/**
 * Gives a person a new password and ends all their sessions and sockets.
 * @throws AppError `invalid_password`, `weak_password`, `unknown_user`
 */
export async function resetPassword(ctx: Ctx, { email, password }: { email: string; password: string }): Promise<void> {
  const parsed = newPassword.safeParse(password)
  if (!parsed.success) throw new AppError('invalid_password', 400, `Password: ${parsed.error.issues[0]?.message}.`)
  const userId = await findUserIdByEmail(ctx.db.q, normalEmail(email))
  const user = userId && (await findUser(ctx.db.q, userId))
  if (!user) throw new AppError('unknown_user', 404, `Nobody here has the e-mail ${email}.`)
  assertGoodPassword(parsed.data, { ...user, contactNumber: user.contact_number, empId: user.emp_id })
  const passwordHash = await hashPassword(parsed.data)
  await ctx.db.transaction((tx) => setPassword(ctx, tx, { userId: user.id, passwordHash }))
}

interface NewPassword {
  userId: string
  passwordHash: string
}

/** Writes a new password in the caller's transaction; all sessions, sockets and open links of the person end with it. */
export async function setPassword(ctx: Ctx, tx: Tx, { userId, passwordHash }: NewPassword): Promise<void> {
  await writePassword(ctx, tx, { userId, passwordHash })
  await endSessionsOf(ctx, tx, userId)
}

/** The same by the person themselves: the session in which they do it stays. */
export async function setOwnPassword(
  ctx: Ctx,
  tx: Tx,
  { sessionId, ...wanted }: NewPassword & { sessionId: string },
): Promise<void> {
  await writePassword(ctx, tx, wanted)
  await endOtherSessionsOf(ctx, tx, { userId: wanted.userId, sessionId })
}

async function writePassword(ctx: Ctx, tx: Tx, { userId, passwordHash }: NewPassword): Promise<void> {
  await tx.q
    .updateTable('users')
    .set({ password_hash: passwordHash, updated_at: dbTime(ctx.clock.now()) })
    .where('id', '=', userId)
    .execute()
  await endLinksOf(ctx, tx, userId)
}

/** Replaces a hash by a stronger one of the same password, unless the password was changed meanwhile. */
export async function strengthenPassword(
  ctx: Ctx,
  { userId, oldHash, newHash }: { userId: string; oldHash: string; newHash: string },
): Promise<void> {
  await ctx.db.q
    .updateTable('users')
    .set({ password_hash: newHash })
    .where('id', '=', userId)
    .where('password_hash', '=', oldHash)
    .execute()
}
