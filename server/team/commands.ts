import { parseArgs } from 'node:util'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { resetPassword } from './change-password.ts'
import { createUser } from './create-user.ts'
import { seedSystemPositions } from './system-positions.ts'

export const userCreateUsage =
  'user:create --name <name> --email <email> --role admin|agent [--position <slug>]   (password on standard input)'
export const userResetPasswordUsage = 'user:reset-password --email <email>   (new password on standard input)'

/** A password as typed: only the line's end is not part of it. */
const passwordFrom = (input: string) => input.replace(/\r?\n$/, '')

/**
 * `user:create`: makes a person with the password given on standard input.
 * @returns the line to print
 * @throws AppError with what is wrong, also for wrong arguments
 */
export async function userCreate(ctx: Ctx, { args, input }: { args: string[]; input: string }): Promise<string> {
  const text = { type: 'string' } as const
  const { name, email, role, position } = parseArgs({
    args,
    options: { name: text, email: text, role: text, position: text },
  }).values
  if (!name || !email || !role) throw new AppError('usage', 400, `Usage: ${userCreateUsage}`)
  if (role !== 'admin' && role !== 'agent') throw new AppError('usage', 400, '--role must be admin or agent')
  await seedSystemPositions(ctx.db)
  await createUser(ctx, { name, email, role, position, password: passwordFrom(input) })
  const hint = role === 'agent' && !position ? ' Without a position an agent may do nothing yet.' : ''
  return `Made the ${role} ${name} <${email}>.${hint}`
}

/**
 * `user:reset-password`: gives a person the password on standard input and ends all their sessions.
 * @returns the line to print
 * @throws AppError with what is wrong, also for wrong arguments
 */
export async function userResetPassword(ctx: Ctx, { args, input }: { args: string[]; input: string }): Promise<string> {
  const { email } = parseArgs({ args, options: { email: { type: 'string' } } }).values
  if (!email) throw new AppError('usage', 400, `Usage: ${userResetPasswordUsage}`)
  await resetPassword(ctx, { email, password: passwordFrom(input) })
  return `${email} has a new password; all their sessions are over.`
}
