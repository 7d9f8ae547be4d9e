import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { strengthenPassword } from '../team/change-password.ts'
import { normalContactNumber, normalEmail } from './login-names.ts'
import { hashPassword, isWeak, passwordMatches } from './password.ts'
import { type Credentials, findCredentials } from './queries.ts'
import { startSession, type Visitor } from './sessions.ts'
import { beginTry, forgetFailures, refuseWhileWaiting, succeeded, type Try, takeBack } from './throttle.ts'
import { spendSecondStep } from './totp.ts'

const failure = () => new AppError('sign_in_failed', 401, 'The sign-in name or the password is not right.')
const codeRequired = () => new AppError('code_required', 401, 'Enter the code of your authenticator app.')
const codeWrong = () =>
  new AppError('code_wrong', 401, 'This code is not right, or it was used already. Wait for the next one.')

interface SignIn {
  login: string
  password: string
  /** Where a contact number without its country is from. */
  country?: string | undefined
  /** The second step, for who has one. */
  code?: string | undefined
  visitor: Visitor
}

/**
 * Signs a person in by e-mail, contact number or employee id, and by a code where they have a second step. Unknown,
 * wrong and deactivated get one answer after the same work (AUT-3).
 * @returns the token of a new session
 * @throws AppError `sign_in_failed`, `too_many_attempts`, `code_required`, `code_wrong`
 */
export async function signIn(ctx: Ctx, asked: SignIn): Promise<{ token: string; userId: string }> {
  const { login, password, country, visitor } = asked
  const attempt = { name: normalContactNumber(login, country) ?? normalEmail(login), ip: visitor.ip }
  await refuseWhileWaiting(ctx, attempt)
  const found = await findCredentials(ctx.db.q, login, country)
  const isRight = (matches: boolean) => matches && found?.is_active === 1
  const begun: { try?: Try } = {}
  const matches = await passwordMatches(password, found?.password_hash ?? null, {
    // All within its turn, of which there are few at once: a flood of right passwords is not taken for guesses.
    before: async () => {
      begun.try = await beginTry(ctx, attempt)
    },
    // Knowing the password must not clear the record between guesses at the code, nor be held against it.
    after: async (right) => {
      if (begun.try && isRight(right)) await (found?.totp_since ? takeBack : succeeded)(ctx, begun.try)
    },
  })
  const user = isRight(matches) ? found : null
  if (!user) {
    ctx.metrics.signIns.inc({ outcome: 'failed' })
    throw failure()
  }
  const token = user.totp_since
    ? await openByCode(ctx, { ...asked, user, name: attempt.name })
    : await ctx.db.transaction((tx) => startSession(tx, { userId: user.id, visitor, now: ctx.clock.now() }))
  ctx.metrics.signIns.inc({ outcome: 'ok' })
  if (isWeak(user.password_hash)) {
    await strengthenPassword(ctx, {
      userId: user.id,
      oldHash: user.password_hash,
      newHash: await hashPassword(password),
    })
  }
  return { token, userId: user.id }
}

interface Proved extends SignIn {
  user: Credentials
  /** The name that was counted. */
  name: string
}

/** After the right password: a session only with a right code. */
async function openByCode(ctx: Ctx, { user, code, visitor, name }: Proved): Promise<string> {
  if (code === undefined) throw codeRequired()
  const codeTry = await beginTry(ctx, { name: `code:${user.id}`, ip: visitor.ip })
  const token = await ctx.db.transaction(async (tx) =>
    (await spendSecondStep(ctx, tx, { userId: user.id, code }))
      ? startSession(tx, { userId: user.id, visitor, now: ctx.clock.now() })
      : null,
  )
  if (token === null) {
    ctx.metrics.signIns.inc({ outcome: 'failed' })
    throw codeWrong()
  }
  await succeeded(ctx, codeTry)
  await forgetFailures(ctx, name)
  return token
}
