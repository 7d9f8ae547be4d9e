import type { Chat } from '../../shared/chat.ts'
import type { Ctx } from '../ctx.ts'
import { getChat } from './queries.ts'
import type { Viewer } from './visibility.ts'

/**
 * Clears the unread count for the person it counts for: the assignee, or while nobody has the chat anyone who can
 * answer. Anybody else looking in changes nothing. Says so to the others only when something changed.
 */
export async function markRead(ctx: Ctx, viewer: Viewer, chatId: string): Promise<Chat> {
  const now = ctx.clock.now()
  const chat = await getChat(ctx.db.q, viewer, chatId, now)
  if (chat.unreadCount === 0 || !mayClear(viewer, chat.assignedTo)) return chat
  await ctx.db.transaction(async (tx) => {
    const { numUpdatedRows } = await tx.q
      .updateTable('chats')
      .set({ unread_count: 0 })
      .where('id', '=', chatId)
      .where('unread_count', '>', 0)
      .where('assigned_to', chat.assignedTo === null ? 'is' : '=', chat.assignedTo)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) tx.change({ type: 'chat.updated', chatId })
  })
  return getChat(ctx.db.q, viewer, chatId, now)
}

const mayClear = ({ userId, role, permissions }: Viewer, assignedTo: string | null) =>
  assignedTo === null ? role === 'admin' || permissions.has('chat:message') : assignedTo === userId
