import type { Platform } from '../../shared/common.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { contactColumn } from './chat-sheet.ts'

/** Calls the chats of a contact by the name that is known now. */
export async function setContactName(
  tx: Tx,
  contact: { platform: Platform; contactId: string; name: string },
): Promise<void> {
  const username = [...contact.name].slice(0, 255).join('')
  const chats = await tx.q
    .selectFrom('chats')
    .select(['id', 'username'])
    .where(contactColumn(contact.platform), '=', contact.contactId)
    .orderBy('id')
    .execute()
  for (const { id, username: before } of chats) {
    if (before !== username) await tx.q.updateTable('chats').set({ username }).where('id', '=', id).execute()
    // The contact's own names are part of the chat too.
    tx.change({ type: 'chat.updated', chatId: id })
  }
}
