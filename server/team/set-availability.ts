import { handOutWaiting, lockRotation } from '../assignment/rotation.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import { authMemory } from '../auth/memory.ts'
import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { notFound } from '../platform/errors.ts'
import { assertMayManage, changeTeam } from './authority.ts'
import { findUser } from './queries.ts'

/** Turns new chats for oneself on or off. */
export async function setAvailability(
  ctx: Ctx,
  { userId, canReceiveNewChats }: { userId: string; canReceiveNewChats: boolean },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await lockRotation(tx)
    await writeAvailability(ctx, tx, { userId, canReceiveNewChats })
  })
}

/** Turns new chats for somebody else on or off. @throws AppError 404, `outranked` */
export async function setAvailabilityOf(
  ctx: Ctx,
  asker: Asker,
  { userId, canReceiveNewChats }: { userId: string; canReceiveNewChats: boolean },
): Promise<void> {
  await changeTeam(ctx, asker, ['user:manage'], async (tx, by, at) => {
    const person = await findUser(tx.q, userId)
    if (!person) throw notFound('user')
    assertMayManage(by, person)
    if (!(await writeAvailability(ctx, tx, { userId, canReceiveNewChats }))) return
    recordAudit(tx, {
      ...asker,
      action: 'user.availability_changed',
      targetType: 'user',
      targetId: userId,
      targetName: person.name,
      before: { canReceiveNewChats: !canReceiveNewChats },
      after: { canReceiveNewChats },
      at,
    })
  })
}

/**
 * Under the rotation's lock, which the caller holds: whoever stepped out is handed nothing afterwards (ASG-3). Stepping
 * in takes what waits.
 * @returns whether it was the other way before
 */
async function writeAvailability(
  ctx: Ctx,
  tx: Tx,
  { userId, canReceiveNewChats }: { userId: string; canReceiveNewChats: boolean },
): Promise<boolean> {
  const value = canReceiveNewChats ? 1 : 0
  const now = ctx.clock.now()
  const { numUpdatedRows } = await tx.q
    .updateTable('users')
    .set({ can_receive_new_chats: value, updated_at: dbTime(now) })
    .where('id', '=', userId)
    .where('can_receive_new_chats', '!=', value)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  tx.change({ type: 'user.updated', userId })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
  if (canReceiveNewChats) await handOutWaiting(tx, { at: now })
  return true
}
