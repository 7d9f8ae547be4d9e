import { handOver } from '../assignment/hand-over.ts'
import { handOutWaiting } from '../assignment/rotation.ts'
import { type Asker, type AuditEntry, recordAudit } from '../audit/record-audit.ts'
import { createInvitation } from '../auth/invitations.ts'
import { queueLetter } from '../auth/letters.ts'
import { authMemory } from '../auth/memory.ts'
import { endLinksOf } from '../auth/one-time-links.ts'
import { hashPassword } from '../auth/password.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { endSessionsOf } from '../auth/sessions.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError, notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import {
  type Authority,
  assertAdmin,
  assertHolds,
  assertMayActAs,
  assertMayManage,
  assertOther,
  changeTeam,
} from './authority.ts'
import { setPassword } from './change-password.ts'
import { permissionsOf } from './permissions.ts'
import { findUser, type UserRow } from './queries.ts'

/** What admins and managers do with other people. Each is one transaction, on record. */

export async function getUser(tx: Tx, id: string): Promise<UserRow> {
  const row = await findUser(tx.q, id)
  if (!row) throw notFound('user')
  return row
}

export function record(
  tx: Tx,
  asker: Asker,
  person: UserRow,
  entry: Pick<AuditEntry, 'action' | 'at'> & Partial<Pick<AuditEntry, 'before' | 'after'>>,
) {
  recordAudit(tx, { ...asker, targetType: 'user', targetId: person.id, targetName: person.name, ...entry })
}

/** Their requests and sockets go by what they may do from the commit on. */
function rescope(ctx: Ctx, tx: Tx, userId: string): void {
  tx.change({ type: 'user.updated', userId })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
}

/**
 * Gives somebody a position, or none. Both what they get and what they lose must be the asker's to give.
 * @throws AppError 404, `own_account`, `unknown_position`, `beyond_own`, `outranked`
 */
export async function setPosition(
  ctx: Ctx,
  asker: Asker,
  { userId, positionId }: { userId: string; positionId: string | null },
): Promise<void> {
  await changeTeam(ctx, asker, ['position:assign'], async (tx, by, at) => {
    assertOther(by, userId, 'position')
    const person = await getUser(tx, userId)
    assertMayManage(by, person)
    if (person.position_id === positionId) return
    const position = positionId === null ? null : await givablePosition(ctx, tx, by, positionId)
    assertHolds(by, permissionsOf({ ...person, role: 'agent' }, ctx.log))
    await tx.q
      .updateTable('users')
      .set({ position_id: positionId, updated_at: dbTime(at) })
      .where('id', '=', userId)
      .execute()
    record(tx, asker, person, {
      action: 'user.position_changed',
      before: { positionId: person.position_id, position: person.position_name },
      after: { positionId, position: position?.name ?? null },
      at,
    })
    rescope(ctx, tx, userId)
    await handOutWaiting(tx, { at })
  })
}

/** A position that the asker may give. @throws AppError `unknown_position`, `beyond_own` */
export async function givablePosition(
  ctx: Ctx,
  tx: Tx,
  by: Authority,
  id: string,
): Promise<{ id: string; name: string; slug: string }> {
  const row = await tx.q
    .selectFrom('positions')
    .select(['id', 'name', 'slug', 'permissions_json'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new AppError('unknown_position', 422, 'There is no such position.')
  assertHolds(by, permissionsOf({ ...row, role: 'agent', position_id: row.id }, ctx.log))
  return row
}

/** @throws AppError 404, `admins_only`, `own_account`, `last_admin` */
export async function setRole(
  ctx: Ctx,
  asker: Asker,
  { userId, role }: { userId: string; role: 'admin' | 'agent' },
): Promise<void> {
  await changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    assertAdmin(by)
    assertOther(by, userId, 'role')
    const person = await getUser(tx, userId)
    if (person.role === role) return
    if (person.role === 'admin') await assertNotLastAdmin(tx, userId)
    await tx.q
      .updateTable('users')
      .set({ role, updated_at: dbTime(at) })
      .where('id', '=', userId)
      .execute()
    record(tx, asker, person, { action: 'user.role_changed', before: { role: person.role }, after: { role }, at })
    rescope(ctx, tx, userId)
    await handOutWaiting(tx, { at })
  })
}

/** Under the lock of `changeTeam`, so that no two can go at once (AUT-13). */
async function assertNotLastAdmin(tx: Tx, userId: string): Promise<void> {
  const other = await tx.q
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_active', '=', 1)
    .where('id', '!=', userId)
    .limit(1)
    .executeTakeFirst()
  if (!other) throw new AppError('last_admin', 409, 'This is the last active admin. Make somebody else an admin first.')
}

/**
 * Activates or deactivates somebody, with a note in the status log. Deactivation ends sessions, sockets and open links
 * at once and hands the chats on (ASG-6); activation takes what waits.
 * @throws AppError 404, `own_account`, `outranked`, `last_admin`
 */
export async function setActive(
  ctx: Ctx,
  asker: Asker,
  { userId, isActive, note }: { userId: string; isActive: boolean; note?: string | undefined },
): Promise<{ handedOver: number; unassigned: number }> {
  return changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    assertOther(by, userId, 'account’s state')
    const person = await getUser(tx, userId)
    assertMayManage(by, person)
    if ((person.is_active === 1) === isActive) return { handedOver: 0, unassigned: 0 }
    if (!isActive && person.role === 'admin') await assertNotLastAdmin(tx, userId)
    const is_active = isActive ? 1 : 0
    await tx.q
      .updateTable('users')
      .set({ is_active, updated_at: dbTime(at) })
      .where('id', '=', userId)
      .execute()
    await insertAll(tx, 'user_status_logs', [
      { id: newId(at), user_id: userId, changed_by: by.userId, changed_to: is_active, changed_at: dbTime(at), note },
    ])
    rescope(ctx, tx, userId)
    const chats = { handedOver: 0, unassigned: 0 }
    if (isActive) await handOutWaiting(tx, { at })
    else {
      await endSessionsOf(ctx, tx, userId)
      await endLinksOf(ctx, tx, userId)
      Object.assign(chats, await handOver(tx, { userId, byUserId: by.userId, at }))
    }
    const action = isActive ? 'user.activated' : 'user.deactivated'
    record(tx, asker, person, { action, after: { note: note ?? null, ...(isActive ? {} : chats) }, at })
    return chats
  })
}

/** Ends all sessions and sockets of somebody. @throws AppError 404, `outranked` */
export async function endSessionsOfUser(ctx: Ctx, asker: Asker, userId: string): Promise<void> {
  await changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    const person = await getUser(tx, userId)
    assertMayManage(by, person)
    await endSessionsOf(ctx, tx, userId)
    record(tx, asker, person, { action: 'session.ended', after: { sessions: 'all' }, at })
  })
}

/**
 * Gives somebody a new password to tell them; their sessions and links end, and they are told by mail.
 * @throws AppError 404, `own_account`, `outranked`, `weak_password`
 */
export async function resetPasswordOf(
  ctx: Ctx,
  asker: Asker,
  { userId, password }: { userId: string; password: string },
): Promise<void> {
  const person = await findUser(ctx.db.q, userId)
  if (!person) throw notFound('user')
  assertGoodPassword(password, { ...person, contactNumber: person.contact_number, empId: person.emp_id })
  const passwordHash = await hashPassword(password)
  await changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    assertOther(by, userId, 'password')
    const now = await getUser(tx, userId)
    assertMayActAs(ctx, by, now)
    await setPassword(ctx, tx, { userId, passwordHash })
    await queueLetter(ctx, tx, { about: 'reset_by_admin', userId })
    record(tx, asker, now, { action: 'password.reset', at })
  })
}

/**
 * Makes a new invitation for somebody who has not chosen a password yet; the one before stops working.
 * @returns the link to hand over
 * @throws AppError 404, `outranked`, `not_invited`
 */
export async function inviteAgain(ctx: Ctx, asker: Asker, userId: string): Promise<string> {
  return changeTeam(ctx, asker, ['user:invite'], async (tx, by, at) => {
    const person = await getUser(tx, userId)
    assertMayActAs(ctx, by, person)
    if (person.is_invited !== 1) {
      throw new AppError('not_invited', 409, 'This person has a password already. Reset it instead.')
    }
    record(tx, asker, person, { action: 'user.updated', after: { invited: 'again' }, at })
    return createInvitation(ctx, tx, userId)
  })
}
