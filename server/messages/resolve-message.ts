import type { Message, ResolutionAction } from '../../shared/message.ts'
import { channelFor } from '../channels/channel-for.ts'
import { setLastOutgoing } from '../chats/note-outgoing.ts'
import { getChat } from '../chats/queries.ts'
import type { Viewer } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import { databaseNow, dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError, assertNever, notFound } from '../platform/errors.ts'
import { messageViews } from './queries.ts'
import type { OutgoingBody } from './send-message.ts'
import { assertChannel, assertWindow } from './send-rules.ts'
import { checkSent, unsettledOf } from './settle-check.ts'
import { lockChatOf } from './settle-outcome.ts'
import { messageTable } from './tables.ts'
import { wakeSender } from './wake-sender.ts'

export interface Decision {
  chatId: string
  messageId: string
  action: ResolutionAction
}

/**
 * A person's decision about a message that went wrong: try again what was not delivered, ask Meta about or send again
 * or let go what is not confirmed.
 * @throws AppError 404, 409 `not_possible` when the message is in another state by now, 422 as for a new message
 */
export async function resolveMessage(ctx: Ctx, viewer: Viewer, decision: Decision): Promise<Message> {
  const { chatId, messageId, action } = decision
  const chat = await getChat(ctx.db.q, viewer, chatId, ctx.clock.now())
  const message = await getMessage(ctx, decision)
  if (!message.failure?.actions.includes(action) || message.state === 'queued') throw notPossible()
  switch (action) {
    case 'check':
      await checkNow(ctx, decision)
      break
    case 'dismiss':
      await ctx.db.transaction((tx) => dismiss(tx, viewer, decision))
      break
    case 'retry':
    case 'send_again': {
      assertChannel(chat.facebookPageId === null ? null : await channelFor(ctx, chat.platform, chat.facebookPageId))
      await ctx.db.transaction((tx) => sendOnceMore(ctx, tx, viewer, decision))
      break
    }
    default:
      assertNever(action)
  }
  ctx.log.info({ message: messageId, action, by: viewer.userId }, 'message resolved')
  return getMessage(ctx, decision)
}

const notPossible = () => new AppError('not_possible', 409, 'This message is in another state by now. Look again.')

async function getMessage(ctx: Ctx, { chatId, messageId }: Decision): Promise<Message> {
  const message = (await messageViews(ctx.db.q, [{ chatId, messageId }])).get(messageId)
  if (!message || message.chatId !== chatId) throw notFound('message')
  return message
}

async function checkNow(ctx: Ctx, { messageId }: Decision): Promise<void> {
  const row = await ctx.db.q
    .selectFrom('outbox')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('state', '=', 'unknown')
    .executeTakeFirst()
  if (!row) throw notPossible()
  await checkSent(ctx, unsettledOf(row))
}

/** Lets the chat's queue go on although nobody knows what became of this message. */
async function dismiss(tx: Tx, viewer: Viewer, { chatId, messageId }: Decision): Promise<void> {
  await lockChatOf(tx, { chatId })
  const released = await tx.q
    .updateTable('outbox')
    .set({ released_at: dbTime(await databaseNow(tx.q, tx.engine)), resolved_by: viewer.userId })
    .where('message_id', '=', messageId)
    .where('state', '=', 'unknown')
    .where('released_at', 'is', null)
    .executeTakeFirst()
  if (released.numUpdatedRows === 0n) throw notPossible()
  tx.change({ type: 'message.updated', chatId, messageId })
  tx.change({ type: 'chat.updated', chatId })
  tx.afterCommit(() => wakeSender(tx.engine))
}

/**
 * Back into the queue by a person's decision. What had failed goes to the end, where it will also be shown; what is not
 * confirmed keeps its place, because the messages behind it waited for it.
 */
async function sendOnceMore(ctx: Ctx, tx: Tx, viewer: Viewer, { chatId, messageId, action }: Decision): Promise<void> {
  const chat = await lockChatOf(tx, { chatId })
  const row = await tx.q
    .selectFrom('outbox')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('state', '=', action === 'retry' ? 'failed' : 'unknown')
    .executeTakeFirst()
  if (!chat || !row) throw notPossible()
  assertWindow(chat.last_incoming_at, ctx.clock.now(), (JSON.parse(row.body_json) as OutgoingBody).humanAgent)
  await tx.q
    .updateTable('outbox')
    .set({
      state: 'queued',
      next_attempt_at: dbTime(await databaseNow(tx.q, tx.engine)),
      tries: 0,
      first_tried_at: null,
      resolved_by: viewer.userId,
      released_at: null,
      reason: null,
      error_code: null,
      error_text: null,
      ...(action === 'retry' ? { position: await endOfQueue(tx, chatId) } : { repeats: row.repeats + 1 }),
    })
    .where('message_id', '=', messageId)
    .execute()
  if (action === 'retry') {
    const now = dbTime(ctx.clock.now())
    const at = [now, chat.last_incoming_at ?? '', chat.last_outgoing_at ?? ''].sort()[2] as string
    await tx.q.updateTable(messageTable(row.platform)).set({ timestamp: at }).where('id', '=', messageId).execute()
    await setLastOutgoing(tx, chatId, at)
  }
  tx.change({ type: 'message.updated', chatId, messageId })
  tx.change({ type: 'chat.updated', chatId })
  tx.afterCommit(() => wakeSender(tx.engine))
}

async function endOfQueue(tx: Tx, chatId: string): Promise<number> {
  const last = await tx.q
    .selectFrom('outbox')
    .select((eb) => eb.fn.max('position').as('position'))
    .where('chat_id', '=', chatId)
    .executeTakeFirst()
  return Number(last?.position ?? 0) + 1
}
