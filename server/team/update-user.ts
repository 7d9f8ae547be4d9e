import type { MeChange, UserChange } from '../../shared/team.ts'
import { lockRotation } from '../assignment/rotation.ts'
import { type Asker, differences } from '../audit/record-audit.ts'
import { confirmPassword } from '../auth/confirm-password.ts'
import { authMemory } from '../auth/memory.ts'
import { endLinksOf } from '../auth/one-time-links.ts'
import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { assertMayActAs, assertMayManage, assertOther, changeTeam } from './authority.ts'
import { assertCanSignIn, assertFree, identifierFields, storedIdentifiers } from './identifiers.ts'
import { getUser, record } from './manage-user.ts'
import type { UserRow } from './queries.ts'
import { setAvailability } from './set-availability.ts'

/**
 * Changes somebody's name, sign-in names or country.
 * @throws AppError 404, `own_account`, `outranked`, `invalid_identifier`, `no_sign_in_name`, `identifier_taken`
 */
export async function updateUser(
  ctx: Ctx,
  asker: Asker,
  { userId, ...change }: UserChange & { userId: string },
): Promise<void> {
  await changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    assertOther(by, userId, 'details')
    const person = await getUser(tx, userId)
    if (namesIdentifier(change)) assertMayActAs(ctx, by, person)
    else assertMayManage(by, person)
    await writeDetails(ctx, tx, { asker, person, change, at })
  })
}

const namesIdentifier = (change: object) => identifierFields.some((field) => field in change)

/**
 * Changes one's own name, country, e-mail or number, or turns new chats on or off. Sign-in names ask for the current
 * password (AUT-10).
 * @throws AppError `password_needed`, `wrong_password`, `invalid_identifier`, `no_sign_in_name`, `identifier_taken`
 */
export async function updateMe(
  ctx: Ctx,
  asker: Asker,
  { canReceiveNewChats, currentPassword, ...change }: MeChange,
): Promise<void> {
  const { userId } = asker.actor
  if (namesIdentifier(change)) {
    if (currentPassword === undefined) {
      throw new AppError('password_needed', 403, 'Give your current password to change how you sign in.')
    }
    await confirmPassword(ctx, { userId, password: currentPassword, ip: asker.request.ip })
  }
  if (Object.keys(change).length > 0) {
    await ctx.db.transaction(async (tx) => {
      // The lock under which identifiers are compared.
      await lockRotation(tx)
      await writeDetails(ctx, tx, { asker, person: await getUser(tx, userId), change, at: ctx.clock.now() })
    })
  }
  if (canReceiveNewChats !== undefined) await setAvailability(ctx, { userId, canReceiveNewChats })
}

async function writeDetails(
  ctx: Ctx,
  tx: Tx,
  { asker, person, change, at }: { asker: Asker; person: UserRow; change: UserChange; at: number },
): Promise<void> {
  const before = {
    name: person.name,
    email: person.email,
    contactNumber: person.contact_number,
    country: person.country,
    empId: person.emp_id,
  }
  const wanted = { ...before, ...change }
  // What is not named stays as it is, also where another program wrote it in its own form.
  const named = storedIdentifiers({
    ...Object.fromEntries(identifierFields.filter((f) => f in change).map((f) => [f, wanted[f]])),
    country: wanted.country,
  })
  const after = {
    ...wanted,
    ...Object.fromEntries(identifierFields.filter((f) => f in change).map((f) => [f, named[f]])),
  }
  const different = differences(before, after)
  if (!different) return
  assertCanSignIn(after)
  await assertFree(tx.q, { ...named, userId: person.id })
  await tx.q
    .updateTable('users')
    .set({
      name: after.name,
      email: after.email,
      contact_number: after.contactNumber,
      country: after.country,
      emp_id: after.empId,
      updated_at: dbTime(at),
    })
    .where('id', '=', person.id)
    .execute()
  // A link on its way to the old address must not work any more.
  if (before.email !== after.email) await endLinksOf(ctx, tx, person.id)
  record(tx, asker, person, { action: 'user.updated', ...different, at })
  tx.change({ type: 'user.updated', userId: person.id })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(person.id))
}
