import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { passwordMatches } from './password.ts'
import { beginTry, refuseWhileWaiting, succeeded, type Try } from './throttle.ts'

/**
 * Asks somebody who is signed in for their password again, before their account is changed (AUT-10). Wrong tries are
 * slowed down like those at sign-in.
 * @throws AppError `wrong_password`, `too_many_attempts`
 */
export async function confirmPassword(
  ctx: Ctx,
  { userId, password, ip }: { userId: string; password: string; ip: string },
): Promise<void> {
  const attempt = { name: `user:${userId}`, ip }
  await refuseWhileWaiting(ctx, attempt)
  const row = await ctx.db.q.selectFrom('users').select('password_hash').where('id', '=', userId).executeTakeFirst()
  const begun: { try?: Try } = {}
  const matches = await passwordMatches(password, row?.password_hash ?? null, {
    before: async () => {
      begun.try = await beginTry(ctx, attempt)
    },
    after: async (right) => {
      if (right && begun.try) await succeeded(ctx, begun.try)
    },
  })
  if (!matches) throw new AppError('wrong_password', 403, 'This is not your password.')
}
