import type { AssignmentReason, Chat } from '../../shared/chat.ts'
import type { Person } from '../../shared/common.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import { loadChats } from '../chats/queries.ts'
import { setAssignee } from '../chats/set-assignee.ts'
import { canSeeChat, scopeOf, type Viewer } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError, forbidden, notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { findAssignable, takenSince } from './queries.ts'

interface Wish {
  chatId: string
  /** Null: nobody. */
  userId: string | null
  note?: string | undefined
}

/** How long after somebody took a chat another who reaches for it is told so, instead of taking it away again. */
const justNow = 10_000

/**
 * Gives a chat to a person or to nobody. Taking an unassigned chat oneself asks for chat:claim, everything else for
 * chat:assign. Of several who want it at once exactly one gets it (ASG-1).
 * @throws AppError 404 not visible, 403 not allowed, 409 `already_assigned` with the winner, 422 `not_assignable`
 */
export async function assignChat(ctx: Ctx, { actor, request }: Asker, wish: Wish): Promise<Chat> {
  const now = ctx.clock.now()
  return ctx.db.transaction(async (tx) => {
    const chat = await chatToAssign(tx, actor, wish, now)
    if (chat.assignedTo === wish.userId) return chat
    if (wish.userId !== null && !(await findAssignable(tx, wish.userId))) {
      throw new AppError(
        'not_assignable',
        422,
        'This person cannot be given chats: not active, or not allowed to answer.',
      )
    }
    const moved = await setAssignee(tx, { chatId: chat.id, from: chat.assignedTo, to: wish.userId, at: now })
    const after = (await loadChats(tx.q, [chat.id], now)).get(chat.id)?.chat
    if (!after) throw notFound('chat')
    if (!moved) throw alreadyAssigned(after.assignee)
    const reason = reasonFor(actor, chat, wish)
    recordAudit(tx, {
      actor,
      request,
      action: 'chat.assigned',
      targetType: 'chat',
      targetId: chat.id,
      before: { assignee: chat.assignee },
      after: { assignee: after.assignee, reason, note: wish.note ?? null },
      at: now,
    })
    await insertAll(tx, 'chat_assignments', [
      {
        id: newId(),
        chat_id: chat.id,
        reason,
        from_user_id: chat.assignedTo,
        to_user_id: wish.userId,
        by_user_id: actor.userId,
        eligible: null,
        note: wish.note ?? null,
        created_at: dbTime(now),
      },
    ])
    return after
  })
}

/** The chat, if this person may see it and do this to it now. */
async function chatToAssign(tx: Tx, actor: Viewer, { chatId, userId }: Wish, now: number): Promise<Chat> {
  const found = (await loadChats(tx.q, [chatId], now)).get(chatId)
  if (!found) throw notFound('chat')
  const { chat, assigneePositionId } = found
  const forOneself = userId === actor.userId
  if (forOneself && chat.assignedTo !== null && chat.assignedTo !== actor.userId && seesUnassigned(actor)) {
    // Whoever saw it waiting a moment ago hears who was faster, also when it has left their list with that.
    const winner = await takenSince(tx.q, { chatId, since: dbTime(now - justNow) })
    if (winner) throw alreadyAssigned(winner)
  }
  if (!canSeeChat(actor, { assignedTo: chat.assignedTo, assigneePositionId })) throw notFound('chat')
  if (may(actor, 'chat:assign')) return chat
  if (!forOneself || !may(actor, 'chat:claim')) throw forbidden()
  if (chat.assignedTo !== null && chat.assignedTo !== actor.userId) throw alreadyAssigned(chat.assignee)
  return chat
}

const may = ({ role, permissions }: Viewer, code: 'chat:assign' | 'chat:claim') =>
  role === 'admin' || permissions.has(code)

function seesUnassigned(actor: Viewer): boolean {
  const scope = scopeOf(actor)
  return scope.sees === 'all' || (scope.sees === 'some' && scope.unassigned)
}

function alreadyAssigned(assignee: Person | null): AppError {
  const words = assignee ? `${assignee.name} has this chat now.` : 'This chat has just moved. Look again.'
  return new AppError('already_assigned', 409, words, { assignee })
}

function reasonFor(actor: Viewer, chat: Chat, { userId }: Wish): AssignmentReason {
  if (userId === null) return 'unassigned'
  if (chat.assignedTo !== null) return 'reassigned'
  return userId === actor.userId ? 'claimed' : 'assigned'
}
