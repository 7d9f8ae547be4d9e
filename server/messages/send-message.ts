import { createHash } from 'node:crypto'
import type { Platform } from '../../shared/common.ts'
import type { Message } from '../../shared/message.ts'
import { channelFor } from '../channels/channel-for.ts'
import { noteOutgoing } from '../chats/note-outgoing.ts'
import { getChat } from '../chats/queries.ts'
import { type Viewer, visibleChats } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll, insertNew, locked } from '../platform/db/rows.ts'
import { databaseNow, dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError, notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { logOutgoing } from './log-outgoing.ts'
import { messageViews } from './queries.ts'
import { assertChannel, assertText, assertWindow } from './send-rules.ts'
import { messageTable } from './tables.ts'
import { wakeSender } from './wake-sender.ts'

export interface TextAnswer {
  chatId: string
  /** UUID made by the client, once per message: a repeat of the request gives the same message (SND-1). */
  idempotencyKey: string
  text: string
  replyTo?: string | undefined
  humanAgent: boolean
}

/** What the outbox keeps to send it. */
export interface OutgoingBody {
  text: string
  replyToMid: string | null
  humanAgent: boolean
}

/** Our clock may be behind Meta's by this much and the answer still be shown after what it answers. */
const clockSkewMs = 5 * 60_000

/**
 * Takes an answer to be sent: message, log, outbox row and chat commit together, the sender does the rest.
 * @throws AppError 404, 409 `idempotency_key_reused`, 422 `outside_window`, `text_too_long`, `page_inactive` ...
 */
export async function sendMessage(ctx: Ctx, viewer: Viewer, answer: TextAnswer): Promise<Message> {
  const chat = await getChat(ctx.db.q, viewer, answer.chatId, ctx.clock.now())
  const channel = chat.facebookPageId === null ? null : await channelFor(ctx, chat.platform, chat.facebookPageId)
  const messageId = await ctx.db.transaction(async (tx) => {
    const row = await lockChat(tx, viewer, answer.chatId)
    const before = await findByKey(tx, viewer.userId, answer)
    if (before) return before
    assertChannel(channel)
    assertText(answer.text, chat.platform)
    assertWindow(row.last_incoming_at, ctx.clock.now(), answer.humanAgent)
    const body: OutgoingBody = {
      text: answer.text,
      replyToMid: answer.replyTo ? await midOf(tx, chat.platform, answer.chatId, answer.replyTo) : null,
      humanAgent: answer.humanAgent,
    }
    return queueMessage(ctx, tx, {
      row,
      answer,
      body,
      userId: viewer.userId,
      tokenRefused: channel.tokenState === 'invalid',
    })
  })
  const view = (await messageViews(ctx.db.q, [{ chatId: answer.chatId, messageId }])).get(messageId)
  if (!view) throw notFound('message')
  return view
}

type LockedChat = Awaited<ReturnType<typeof lockChat>>

async function lockChat(tx: Tx, viewer: Viewer, chatId: string) {
  const query = tx.q
    .selectFrom('chats')
    .select([
      'id',
      'platform',
      'facebook_page_id',
      'instagram_user_id',
      'facebook_user_id',
      'assigned_to',
      'unread_count',
      'last_incoming_at',
      'last_outgoing_at',
    ])
    .where('id', '=', chatId)
    .where(visibleChats(viewer))
  const row = await locked(tx, query).executeTakeFirst()
  if (!row) throw notFound('chat')
  return row
}

const hashOf = ({ chatId, text, replyTo, humanAgent }: TextAnswer) =>
  createHash('sha256')
    .update(JSON.stringify([chatId, text, replyTo ?? null, humanAgent]))
    .digest('base64url')

/** The message this key stands for already. */
async function findByKey(tx: Tx, userId: string, answer: TextAnswer): Promise<string | null> {
  const row = await tx.q
    .selectFrom('outbox')
    .select(['message_id', 'request_hash'])
    .where('idempotency_key', '=', answer.idempotencyKey)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (!row) return null
  if (row.request_hash === hashOf(answer)) return row.message_id
  throw new AppError('idempotency_key_reused', 409, 'This Idempotency-Key was used for another message.')
}

async function midOf(tx: Tx, platform: Platform, chatId: string, messageId: string): Promise<string> {
  const message = await tx.q
    .selectFrom(messageTable(platform))
    .select('mid')
    .where('id', '=', messageId)
    .where('chat_id', '=', chatId)
    .executeTakeFirst()
  if (message?.mid) return message.mid
  throw new AppError('reply_not_possible', 422, 'The message you answer is not known to Meta.')
}

interface Queued {
  row: LockedChat
  answer: TextAnswer
  body: OutgoingBody
  userId: string
  tokenRefused: boolean
}

async function queueMessage(ctx: Ctx, tx: Tx, { row, answer, body, userId, tokenRefused }: Queued): Promise<string> {
  const messageId = newId()
  const contactId = (row.platform === 'INSTAGRAM' ? row.instagram_user_id : row.facebook_user_id) ?? ''
  const atMs = answerTime(ctx.clock.now(), row)
  const now = dbTime(await databaseNow(tx.q, tx.engine))
  const last = await tx.q
    .selectFrom('outbox')
    .select((eb) => eb.fn.max('position').as('position'))
    .where('chat_id', '=', row.id)
    .executeTakeFirst()
  // The unique key (key, person) decides between parallel requests for different chats; here they would meet first.
  const added = await insertNew(tx, 'outbox', [
    {
      message_id: messageId,
      chat_id: row.id,
      platform: row.platform,
      page_id: row.facebook_page_id ?? '',
      recipient_id: contactId,
      position: Number(last?.position ?? 0) + 1,
      user_id: userId,
      idempotency_key: answer.idempotencyKey,
      request_hash: hashOf(answer),
      body_json: JSON.stringify(body),
      next_attempt_at: now,
      app_id: ctx.config.meta.appId || null,
      reason: tokenRefused ? 'token_invalid' : null,
      created_at: now,
      updated_at: now,
    },
  ])
  if (added.size === 0) {
    throw new AppError('idempotency_key_reused', 409, 'This Idempotency-Key was used for another message.')
  }
  const author = await tx.q
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('id', '=', userId)
    .executeTakeFirst()
  const metadata = JSON.stringify({ sent_by: author ?? { id: userId } })
  await insertMessage(tx, {
    id: messageId,
    chatId: row.id,
    platform: row.platform,
    contactId,
    userId,
    at: dbTime(atMs),
    body,
    metadata,
  })
  if (row.platform === 'INSTAGRAM') {
    await logOutgoing(tx, { messageId, contactId, text: body.text, atMs, request: body, metadata })
  }
  tx.change({ type: 'message.created', chatId: row.id, messageId })
  await noteOutgoing(tx, row, { at: dbTime(atMs), text: body.text, userId })
  tx.afterCommit(() => wakeSender(tx.engine))
  return messageId
}

/** Now, or just after the chat's newest message where our clock is a little behind Meta's. */
function answerTime(now: number, row: LockedChat): number {
  const newest = [row.last_incoming_at, row.last_outgoing_at].map((at) => (at === null ? 0 : fromDbTime(at)))
  const after = Math.max(...newest) + 1
  return after - now <= clockSkewMs ? Math.max(now, after) : now
}

interface NewRow {
  id: string
  chatId: string
  platform: Platform
  contactId: string
  userId: string
  at: string
  body: OutgoingBody
  metadata: string
}

async function insertMessage(tx: Tx, m: NewRow): Promise<void> {
  const common = {
    id: m.id,
    chat_id: m.chatId,
    sender: 'AGENT',
    content: m.body.text,
    message_type: 'text',
    timestamp: m.at,
    metadata_json: m.metadata,
    is_ticklegram: 1,
    kind: 'text',
    sent_by: m.userId,
    reply_to_mid: m.body.replyToMid,
  } as const
  if (m.platform === 'INSTAGRAM') {
    await insertAll(tx, 'instagram_messages', [{ ...common, platform: 'INSTAGRAM', instagram_user_id: m.contactId }])
  } else {
    await insertAll(tx, 'facebook_messages', [{ ...common, platform: 'FACEBOOK', facebook_user_id: m.contactId }])
  }
}
