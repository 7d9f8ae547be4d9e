import type { Tx } from '../platform/db/transaction.ts'

export interface ChatBeforeAnswer {
  id: string
  assigned_to: string | null
  unread_count: number | null
  last_incoming_at: string | null
  last_outgoing_at: string | null
}

/**
 * An answer written here, at a database time: the newest by time is the last message. Who answers has read the chat,
 * if it is theirs or nobody's. The caller holds the chat's lock.
 */
export async function noteOutgoing(
  tx: Tx,
  chat: ChatBeforeAnswer,
  answer: { at: string; text: string; userId: string },
): Promise<void> {
  const newest = [chat.last_incoming_at ?? '', chat.last_outgoing_at ?? ''].sort()[1] ?? ''
  const isNewest = answer.at >= newest
  const reads = chat.assigned_to === null || chat.assigned_to === answer.userId
  await tx.q
    .updateTable('chats')
    .set({
      ...(isNewest ? { last_message: answer.text, last_message_kind: 'text', last_message_sender: 'AGENT' } : {}),
      ...(answer.at > (chat.last_outgoing_at ?? '') ? { last_outgoing_at: answer.at } : {}),
      ...(reads ? { unread_count: 0 } : {}),
      updated_at: answer.at,
    })
    .where('id', '=', chat.id)
    .execute()
  tx.change({ type: 'chat.updated', chatId: chat.id })
}

/** Sets when the customer last heard from us: earlier again when an answer turned out not to have left. */
export async function setLastOutgoing(tx: Tx, chatId: string, lastOutgoingAt: string | null): Promise<void> {
  await tx.q.updateTable('chats').set({ last_outgoing_at: lastOutgoingAt }).where('id', '=', chatId).execute()
  tx.change({ type: 'chat.updated', chatId })
}
