import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

const ours = ['AGENT', 'INSTAGRAM_PAGE', 'FACEBOOK_PAGE'] as const

/** Chats whose last word is ours count as read: for history that was answered before it came here. */
export async function clearAnswered(tx: Tx, now: number): Promise<void> {
  const answered = await tx.q
    .selectFrom('chats')
    .select('id')
    .where('unread_count', '>', 0)
    .where('last_message_sender', 'in', ours)
    .execute()
  const ids = answered.map((chat) => chat.id)
  if (ids.length === 0) return
  // Looked at again while writing: a customer may have written in between.
  await tx.q
    .updateTable('chats')
    .set({ unread_count: 0, updated_at: dbTime(now) })
    .where('id', 'in', ids)
    .where('last_message_sender', 'in', ours)
    .execute()
  for (const chatId of ids) tx.change({ type: 'chat.updated', chatId })
}
