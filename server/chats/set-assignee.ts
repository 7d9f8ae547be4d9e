import { updateAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

/**
 * Moves a chat from one person to another, or from or to nobody (null), if it still is where the caller saw it.
 * @returns false when somebody else was faster; nothing is changed then
 */
export async function setAssignee(
  tx: Tx,
  { chatId, from, to, at }: { chatId: string; from: string | null; to: string | null; at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx.q
    .updateTable('chats')
    .set({ assigned_to: to, status: to === null ? 'unassigned' : 'assigned', updated_at: dbTime(at) })
    .where('id', '=', chatId)
    .where('assigned_to', from === null ? 'is' : '=', from)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  tx.change({ type: 'chat.assigned', chatId, data: { from, to } })
  return true
}

/** The same for many chats at once, whose rows the caller holds locked and has seen to be where the moves begin. */
export async function setAssignees(
  tx: Tx,
  { moves, at }: { moves: readonly { chatId: string; from: string | null; to: string | null }[]; at: number },
): Promise<void> {
  const updated_at = dbTime(at)
  const rows = moves.map(({ chatId, to }) => ({
    id: chatId,
    assigned_to: to,
    status: to === null ? ('unassigned' as const) : ('assigned' as const),
    updated_at,
  }))
  await updateAll(tx, 'chats', rows)
  for (const { chatId, from, to } of moves) tx.change({ type: 'chat.assigned', chatId, data: { from, to } })
}
