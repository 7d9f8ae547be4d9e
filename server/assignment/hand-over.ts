import { setAssignees } from '../chats/set-assignee.ts'
import { locked } from '../platform/db/rows.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { handOut, lockRotation } from './rotation.ts'

const step = 500

/**
 * Hands all chats of somebody who steps out on through the rotation, in the transaction in which they became
 * ineligible (ASG-6). With nobody eligible the chats wait unassigned.
 */
export async function handOver(
  tx: Tx,
  { userId, byUserId, at }: { userId: string; byUserId: string | null; at: number },
): Promise<{ handedOver: number; unassigned: number }> {
  await lockRotation(tx)
  const done = { handedOver: 0, unassigned: 0 }
  for (;;) {
    const chats = await locked(
      tx,
      tx.q.selectFrom('chats').select('id').where('assigned_to', '=', userId).orderBy('id').limit(step),
    ).execute()
    if (chats.length === 0) return done
    const handed = await handOut(tx, {
      chatIds: chats.map((chat) => chat.id),
      reason: 'handed_over',
      at,
      from: { userId, byUserId },
    })
    await setAssignees(tx, { moves: handed.map(({ chatId, userId: to }) => ({ chatId, from: userId, to })), at })
    for (const { userId: to } of handed) done[to === null ? 'unassigned' : 'handedOver']++
  }
}
