import type { AssignmentResult, BulkAssignment } from '../../shared/assignment.ts'
import type { Asker } from '../audit/record-audit.ts'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { assignChat } from './assign-chat.ts'

/**
 * Gives many chats to one person or to nobody, each by itself: what cannot be done with one does not stop the others,
 * and each says what became of it.
 */
export async function assignChats(
  ctx: Ctx,
  asker: Asker,
  { chatIds, userId, note }: BulkAssignment,
): Promise<AssignmentResult[]> {
  const results: AssignmentResult[] = []
  for (const chatId of new Set(chatIds)) {
    try {
      const chat = await assignChat(ctx, asker, { chatId, userId, note })
      results.push({ chatId, chat, error: null })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const { code, message, details } = error
      results.push({ chatId, chat: null, error: { code, message, details } })
    }
  }
  return results
}
