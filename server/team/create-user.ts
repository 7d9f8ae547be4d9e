import * as z from 'zod'
import { limits, newPassword, role } from '../../shared/user.ts'
import { handOutWaiting, lockRotation } from '../assignment/rotation.ts'
import { normalContactNumber, normalEmail, normalEmpId } from '../auth/login-names.ts'
import { hashPassword } from '../auth/password.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { closeSetup } from '../auth/setup-token.ts'
import type { Ctx } from '../ctx.ts'
import { insertNew } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'

const contactNumber = z
  .string()
  .max(limits.contactNumber)
  .transform((text, issues) => normalContactNumber(text) ?? notANumber(issues))

function notANumber(issues: z.core.$RefinementCtx): never {
  issues.addIssue({ code: 'custom', message: 'must be a number with its country, like +4791234567' })
  return z.NEVER
}

/** What a person is made of. At least one sign-in name, so that they can come in. */
export const newUser = z
  .strictObject({
    name: z.string().trim().min(1).max(limits.name),
    email: z.string().transform(normalEmail).pipe(z.email().max(limits.email)).nullish(),
    contactNumber: contactNumber.nullish(),
    country: z.string().trim().max(limits.country).nullish(),
    empId: z.string().transform(normalEmpId).pipe(z.string().min(1).max(limits.empId)).nullish(),
    role,
    /** The slug of a position. */
    position: z.string().nullish(),
    password: newPassword,
    isActive: z.boolean().default(true),
    canReceiveNewChats: z.boolean().default(true),
  })
  .refine((u) => u.email || u.contactNumber || u.empId, {
    message: 'needs an e-mail, a contact number or an employee id',
    path: ['email'],
  })
export type NewUser = z.input<typeof newUser>

type ReadyUser = Omit<z.output<typeof newUser>, 'password'> & { passwordHash: string }

/**
 * Makes a person; chats that waited for somebody are handed out. An admin made this way ends the first set-up: its
 * link no longer works.
 * @throws AppError `invalid_user`, `weak_password`, `unknown_position`, `user_exists`
 */
export async function createUser(ctx: Ctx, input: NewUser): Promise<string> {
  const parsed = newUser.safeParse(input)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)
    throw new AppError('invalid_user', 400, faults.join('; '), { faults })
  }
  const { password, ...user } = parsed.data
  assertGoodPassword(password, user)
  // Before the transaction: SQLite's only connection must not wait for it.
  const passwordHash = await hashPassword(password)
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    await lockRotation(tx)
    if (user.role === 'admin') await closeSetup(tx, now)
    const id = await insertUser(tx, { ...user, passwordHash }, now)
    tx.change({ type: 'user.updated', userId: id })
    await handOutWaiting(tx, { at: now })
    return id
  })
}

/** Writes the row of a person whose fields were checked, in the caller's transaction. */
export async function insertUser(tx: Tx, user: ReadyUser, now: number): Promise<string> {
  const id = newId(now)
  const at = dbTime(now)
  const added = await insertNew(tx, 'users', [
    {
      id,
      name: user.name,
      email: user.email ?? null,
      contact_number: user.contactNumber ?? null,
      country: user.country ?? null,
      emp_id: user.empId ?? null,
      password_hash: user.passwordHash,
      role: user.role,
      position_id: await positionId(tx, user.position ?? null),
      is_active: user.isActive ? 1 : 0,
      can_receive_new_chats: user.canReceiveNewChats ? 1 : 0,
      created_at: at,
      updated_at: at,
    },
  ])
  if (!added.has(id)) {
    throw new AppError('user_exists', 409, 'Somebody already has this e-mail, contact number or employee id.')
  }
  return id
}

async function positionId(tx: Tx, slug: string | null): Promise<string | null> {
  if (slug === null) return null
  const rows = await tx.q.selectFrom('positions').select(['id', 'slug']).orderBy('slug').execute()
  const found = rows.find((r) => r.slug === slug)
  if (found) return found.id
  throw new AppError(
    'unknown_position',
    400,
    `There is no position "${slug}". There are: ${rows.map((r) => r.slug).join(', ')}.`,
  )
}
