import { type Permission, permissionCodes } from '../../shared/permissions.ts'
import { lockRotation } from '../assignment/rotation.ts'
import type { Asker } from '../audit/record-audit.ts'
import type { Ctx } from '../ctx.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError, forbidden } from '../platform/errors.ts'
import { permissionsOf } from './permissions.ts'
import { findUser } from './queries.ts'

/** What the person who asks may do at this moment, read under the lock that every change of the team takes. */
export interface Authority {
  userId: string
  isAdmin: boolean
  positionId: string | null
  holds: ReadonlySet<Permission>
}

/**
 * Runs a change of the team: one at a time in all processes, under the rotation's lock, with the asker's rights read
 * again inside. Who was demoted a moment ago can do nothing any more, and two admins cannot demote each other (AUT-13).
 * @throws AppError 403 `forbidden` when the asker no longer holds one of `codes`
 */
export async function changeTeam<T>(
  ctx: Ctx,
  asker: Asker,
  codes: readonly Permission[],
  work: (tx: Tx, by: Authority, now: number) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction(async (tx) => {
    await lockRotation(tx)
    const by = await authorityOf(ctx, tx, asker)
    if (!codes.some((code) => by.holds.has(code))) throw forbidden()
    return work(tx, by, ctx.clock.now())
  })
}

/** As it is now; the caller holds the lock. */
export async function authorityOf(ctx: Ctx, tx: Tx, { actor }: Asker): Promise<Authority> {
  const row = await findUser(tx.q, actor.userId)
  if (row?.is_active !== 1) throw forbidden()
  const now = permissionsOf(row, ctx.log)
  return {
    userId: row.id,
    isAdmin: row.role === 'admin' && actor.role === 'admin',
    positionId: row.position_id,
    // What a request came with may be less than what its person holds.
    holds: new Set(permissionCodes.filter((code) => now.has(code) && actor.permissions.has(code))),
  }
}

/** Nobody grants or takes what they do not hold (AZ-5). */
export function assertHolds(by: Authority, codes: Iterable<Permission>): void {
  const missing = [...codes].filter((code) => !by.holds.has(code))
  if (missing.length === 0) return
  throw new AppError('beyond_own', 403, 'You cannot give or take permissions that you do not hold yourself.', {
    permissions: missing,
  })
}

export function assertAdmin(by: Authority): void {
  if (!by.isAdmin) throw new AppError('admins_only', 403, 'Only an admin can do this.')
}

export function assertOther(by: Authority, userId: string, what: string): void {
  if (by.userId === userId) throw new AppError('own_account', 403, `You cannot change your own ${what} here.`)
}

interface Person {
  role: 'admin' | 'agent'
  position_id: string | null
  permissions_json: string | null
}

/** Whoever is not an admin changes nothing about admins. */
export function assertMayManage(by: Authority, person: Person): void {
  if (person.role === 'admin' && !by.isAdmin) {
    throw new AppError('outranked', 403, 'Only an admin can change an admin.')
  }
}

/**
 * For what lets one sign in as somebody: a password, a sign-in name. Only over people who may do nothing more than
 * oneself, or else it would be a way to more.
 */
export function assertMayActAs(ctx: Ctx, by: Authority, person: Person): void {
  assertMayManage(by, person)
  const more = [...permissionsOf(person, ctx.log)].some((code) => !by.holds.has(code))
  if (more) throw new AppError('outranked', 403, 'This person may do more than you. Ask an admin.')
}
