import type { NewTeamMember } from '../../shared/team.ts'
import { handOutWaiting } from '../assignment/rotation.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import { createInvitation } from '../auth/invitations.ts'
import { hashPassword } from '../auth/password.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { closeSetup } from '../auth/setup-token.ts'
import type { Ctx } from '../ctx.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { type Authority, assertAdmin, changeTeam } from './authority.ts'
import { insertUser } from './create-user.ts'
import { assertCanSignIn, assertFree, type Identifiers, storedIdentifiers } from './identifiers.ts'
import { givablePosition } from './manage-user.ts'
import { noPassword } from './queries.ts'

/**
 * Makes a person with a password, or with an invitation to choose one.
 * @returns the invitation's link, shown this once
 * @throws AppError `invalid_identifier`, `no_sign_in_name`, `identifier_taken`, `weak_password`, `admins_only`,
 * `position_assign_needed`, `unknown_position`, `beyond_own`
 */
export async function addUser(
  ctx: Ctx,
  asker: Asker,
  { password, ...wanted }: NewTeamMember,
): Promise<{ id: string; invitationLink: string | null }> {
  const person = { ...wanted, ...storedIdentifiers(wanted) }
  assertCanSignIn(person)
  if (password !== undefined) assertGoodPassword(password, person)
  // Before the transaction: SQLite's only connection must not wait for it.
  const passwordHash = password === undefined ? noPassword : await hashPassword(password)
  return changeTeam(ctx, asker, ['user:invite'], async (tx, by, at) => {
    if (person.role === 'admin') assertAdmin(by)
    const position = person.positionId === null ? null : await grantedPosition(ctx, tx, by, person.positionId)
    await assertFree(tx.q, { ...identifiersOf(person), userId: null })
    if (person.role === 'admin') await closeSetup(tx, at)
    const id = await insertUser(tx, { ...person, position: position?.slug, passwordHash, isActive: true }, at)
    recordAudit(tx, {
      ...asker,
      action: 'user.created',
      targetType: 'user',
      targetId: id,
      targetName: person.name,
      after: {
        name: person.name,
        ...identifiersOf(person),
        role: person.role,
        position: position?.name ?? null,
        invited: password === undefined,
      },
      at,
    })
    const invitationLink = password === undefined ? await createInvitation(ctx, tx, id) : null
    tx.change({ type: 'user.updated', userId: id })
    await handOutWaiting(tx, { at })
    return { id, invitationLink }
  })
}

export const identifiersOf = ({ email, contactNumber, empId }: Identifiers): Identifiers => ({
  email,
  contactNumber,
  empId,
})

/** Making somebody with a position is giving it: that has a permission of its own. */
async function grantedPosition(ctx: Ctx, tx: Tx, by: Authority, id: string) {
  if (!by.holds.has('position:assign')) {
    throw new AppError('position_assign_needed', 403, 'You may make people, but not give them a position.')
  }
  return givablePosition(ctx, tx, by, id)
}
