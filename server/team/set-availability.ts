import { handOutWaiting, lockRotation } from '../assignment/rotation.ts'
import { authMemory } from '../auth/memory.ts'
import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'

/**
 * Turns new chats for a person on or off, under the rotation's lock: whoever stepped out is handed nothing afterwards
 * (ASG-3). Stepping in takes what waits.
 */
export async function setAvailability(
  ctx: Ctx,
  { userId, canReceiveNewChats }: { userId: string; canReceiveNewChats: boolean },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await lockRotation(tx)
    const value = canReceiveNewChats ? 1 : 0
    const now = ctx.clock.now()
    const { numUpdatedRows } = await tx.q
      .updateTable('users')
      .set({ can_receive_new_chats: value, updated_at: dbTime(now) })
      .where('id', '=', userId)
      .where('can_receive_new_chats', '!=', value)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) return
    tx.change({ type: 'user.updated', userId })
    tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
    if (canReceiveNewChats) await handOutWaiting(tx, { at: now })
  })
}
