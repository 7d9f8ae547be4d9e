import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { strengthenPassword } from '../team/change-password.ts'
import { normalContactNumber, normalEmail } from './login-names.ts'
import { authMemory } from './memory.ts'
import { hashPassword, isWeak, passwordMatches } from './password.ts'
import { findCredentials } from './queries.ts'
import { startSession, type Visitor } from './sessions.ts'

const failure = () => new AppError('sign_in_failed', 401, 'The sign-in name or the password is not right.')

const slowDown = (milliseconds: number) =>
  new AppError('too_many_attempts', 429, 'Too many failed sign-ins. Wait a little and try again.', {
    retryAfterSeconds: Math.ceil(milliseconds / 1000),
  })

interface SignIn {
  login: string
  password: string
  visitor: Visitor
}

/**
 * Signs a person in by e-mail, contact number or employee id. Unknown, wrong and deactivated get one answer after the
 * same work (AUT-3).
 * @returns the token of a new session
 * @throws AppError `sign_in_failed`, `too_many_attempts`
 */
export async function signIn(
  ctx: Ctx,
  { login, password, visitor }: SignIn,
): Promise<{ token: string; userId: string }> {
  const { throttle } = authMemory(ctx.db)
  const attempt = { name: normalContactNumber(login) ?? normalEmail(login), ip: visitor.ip }
  const refuseTooMany = () => {
    const wait = throttle.waitFor(attempt, ctx.clock.now())
    if (wait > 0) throw slowDown(wait)
  }
  refuseTooMany()
  const user = await findCredentials(ctx.db.q, login)
  const isRight = (matches: boolean) => matches && user?.is_active === 1
  const matches = await passwordMatches(password, user?.password_hash ?? null, {
    // Asked again in its turn and counted within it: guesses that come in together do not slip through together.
    before: refuseTooMany,
    after: (right) => (isRight(right) ? throttle.succeeded(attempt) : throttle.failed(attempt, ctx.clock.now())),
  })
  ctx.metrics.signIns.inc({ outcome: isRight(matches) ? 'ok' : 'failed' })
  if (!user || !isRight(matches)) throw failure()
  if (isWeak(user.password_hash)) {
    await strengthenPassword(ctx, {
      userId: user.id,
      oldHash: user.password_hash,
      newHash: await hashPassword(password),
    })
  }
  const token = await ctx.db.transaction((tx) => startSession(tx, { userId: user.id, visitor, now: ctx.clock.now() }))
  return { token, userId: user.id }
}
