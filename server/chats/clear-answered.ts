import type { Platform } from '../../shared/common.ts'
import { customerSender, messageTable } from '../messages/tables.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

/** Only what came after our last word counts as unread: for history that was answered before it came here. */
export async function clearAnswered(tx: Tx, now: number): Promise<void> {
  const chats = await tx.q
    .selectFrom('chats')
    .select(['id', 'platform', 'unread_count', 'last_outgoing_at'])
    .where('unread_count', '>', 0)
    .where('last_outgoing_at', 'is not', null)
    .execute()
  for (const chat of chats) {
    const unread = await countAfter(tx, chat.platform, chat.id, chat.last_outgoing_at)
    // Looked at again while writing: a customer may have written in between.
    const { numUpdatedRows } = await tx.q
      .updateTable('chats')
      .set({ unread_count: unread, updated_at: dbTime(now) })
      .where('id', '=', chat.id)
      .where('unread_count', '=', chat.unread_count)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows > 0n) tx.change({ type: 'chat.updated', chatId: chat.id })
  }
}

async function countAfter(tx: Tx, platform: Platform, chatId: string, after: string | null): Promise<number> {
  const { count } = await tx.q
    .selectFrom(messageTable(platform))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('chat_id', '=', chatId)
    .where('timestamp', '>', after ?? '')
    .where('sender', '=', customerSender(platform))
    .executeTakeFirstOrThrow()
  return Number(count)
}
