import { type RawBuilder, sql } from 'kysely'
import type { Page, Platform } from '../../shared/common.ts'
import type { Message } from '../../shared/message.ts'
import { canSeeChat, type Viewer } from '../chats/visibility.ts'
import type { Db } from '../data/tables.ts'
import { after, decodeCursor, encodeCursor, onIndex } from '../platform/db/keyset.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { notFound } from '../platform/errors.ts'
import { messageTable } from './tables.ts'
import { type Marks, type MessageRow, messageView, type Quoted } from './view.ts'

const columns = sql.raw(`
  m.id, m.chat_id, m.platform, m.sender, m.content, m.message_type, m.timestamp, m.attachments_json, m.is_gif,
  m.is_ticklegram, m.kind, m.origin_app_id, m.reply_to_mid,
  coalesce(m.sent_by, o.user_id) as sender_id, u.name as sender_name,
  o.state as outbox_state, o.reason as outbox_reason, o.error_code as outbox_code, o.attempts as outbox_attempts,
  o.next_attempt_at as outbox_next_attempt_at, o.released_at as outbox_released_at, o.idempotency_key`)

const joins = sql.raw(`
  left join outbox o on o.message_id = m.id
  left join users u on u.id = coalesce(m.sent_by, o.user_id)`)

interface ChatMarks extends Marks {
  id: string
  platform: Platform
  assigned_to: string | null
  assignee_position_id: string | null
}

/**
 * One page of a chat's messages, newest first, by Meta's time and then id. Three statements: the chat, the messages with
 * their sending state, the messages they answer.
 * @throws AppError 404 when this person may not see the chat
 */
export async function listMessages(
  { q, engine }: Pick<Tx, 'q' | 'engine'>,
  viewer: Viewer,
  { chatId, cursor, limit }: { chatId: string; cursor?: string | undefined; limit: number },
): Promise<Page<Message>> {
  const from = decodeCursor(cursor)
  const chat = (await chatMarks(q, [chatId])).get(chatId)
  if (!chat || !canSeeChat(viewer, { assignedTo: chat.assigned_to, assigneePositionId: chat.assignee_position_id })) {
    throw notFound('chat')
  }
  const table = messageTable(chat.platform)
  const { rows } = await sql<MessageRow>`
    select ${columns} from ${sql.raw(table)} m ${onIndex(engine, table, ['chat_id', 'timestamp', 'id'])} ${joins}
    where m.chat_id = ${chatId} and ${after(from, 'm.timestamp', 'm.id')}
    order by m.timestamp desc, m.id desc limit ${sql.lit(limit + 1)}`.execute(q)
  const shown = rows.slice(0, limit)
  const quoted = await quotedMessages(q, chat.platform, shown)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => messageView(row, chat, quoted.get(quoteKey(row.chat_id, row.reply_to_mid)))),
    next: rows.length > limit && last ? encodeCursor({ at: last.timestamp, id: last.id }) : null,
  }
}

/** These messages as they travel, whoever may see them. For live events: at most one statement per table and kind. */
export async function messageViews(
  q: Db,
  wanted: readonly { chatId: string; messageId: string }[],
): Promise<Map<string, Message>> {
  const chats = await chatMarks(q, [...new Set(wanted.map((w) => w.chatId))])
  const views = new Map<string, Message>()
  for (const platform of ['INSTAGRAM', 'FACEBOOK'] as const) {
    const ids = wanted.filter((w) => chats.get(w.chatId)?.platform === platform).map((w) => w.messageId)
    if (ids.length === 0) continue
    const { rows } = await sql<MessageRow>`
      select ${columns} from ${sql.raw(messageTable(platform))} m ${joins} where m.id in (${sql.join(ids)})`.execute(q)
    const quoted = await quotedMessages(q, platform, rows)
    for (const row of rows) {
      const marks = chats.get(row.chat_id)
      if (marks) views.set(row.id, messageView(row, marks, quoted.get(quoteKey(row.chat_id, row.reply_to_mid))))
    }
  }
  return views
}

async function chatMarks(q: Db, ids: readonly string[]): Promise<Map<string, ChatMarks>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ChatMarks>`
    select c.id, c.platform, c.assigned_to, u.position_id as assignee_position_id, c.delivered_watermark, c.read_watermark
    from chats c left join users u on u.id = c.assigned_to where c.id in (${sql.join(ids)})`.execute(q)
  return new Map(rows.map((row) => [row.id, row]))
}

const quoteKey = (chatId: string, mid: string | null) => `${chatId} ${mid}`

/** The answered messages, found by Meta's id within their chat. */
async function quotedMessages(q: Db, platform: Platform, rows: readonly MessageRow[]): Promise<Map<string, Quoted>> {
  const replies = rows.filter((row) => row.reply_to_mid !== null)
  if (replies.length === 0) return new Map()
  const list = (values: (string | null)[]): RawBuilder<unknown> => sql.join([...new Set(values)])
  const found = await sql<Quoted & { chat_id: string; mid: string }>`
    select id, chat_id, mid, content, sender from ${sql.raw(messageTable(platform))}
    where chat_id in (${list(replies.map((r) => r.chat_id))}) and mid in (${list(replies.map((r) => r.reply_to_mid))})`.execute(
    q,
  )
  return new Map(found.rows.map((row) => [quoteKey(row.chat_id, row.mid), row]))
}
