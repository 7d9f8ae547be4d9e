import type { Ctx } from '../ctx.ts'
import { AppError, notFound } from '../platform/errors.ts'
import { insertUser } from '../team/create-user.ts'
import { normalEmail } from './login-names.ts'
import { hashPassword } from './password.ts'
import { assertGoodPassword } from './password-rules.ts'
import { startSession, type Visitor } from './sessions.ts'
import { isSetupOpen, isSetupToken, useSetupToken } from './setup-token.ts'

interface FirstAdmin {
  token: string
  name: string
  email: string
  password: string
  visitor: Visitor
}

/**
 * Makes the first admin by the one-time link and signs them in.
 * @throws AppError `not_found` after the link was used, `setup_token_invalid`, `weak_password`, `user_exists`
 */
export async function setUp(
  ctx: Ctx,
  { token, name, email, password, visitor }: FirstAdmin,
): Promise<{ token: string; userId: string }> {
  if (!(await isSetupOpen(ctx.db.q))) throw notFound('page')
  // Looked at before the expensive hash; what counts is the conditional update below.
  if (!(await isSetupToken(ctx.db.q, token))) {
    throw new AppError(
      'setup_token_invalid',
      403,
      'This set-up link is not valid. Use the newest one the server printed at its start.',
    )
  }
  assertGoodPassword(password, { name, email })
  const passwordHash = await hashPassword(password)
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    if (!(await useSetupToken(tx, { token, now }))) throw notFound('page')
    const admin = {
      name,
      email: normalEmail(email),
      role: 'admin',
      passwordHash,
      isActive: true,
      canReceiveNewChats: true,
    } as const
    const userId = await insertUser(tx, admin, now)
    return { userId, token: await startSession(tx, { userId, visitor, now }) }
  })
}
