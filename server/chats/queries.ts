import { CompiledQuery } from 'kysely'
import type { Chat } from '../../shared/chat.ts'
import { contactColumns, contactJoins } from '../contacts/view.ts'
import type { Db } from '../data/tables.ts'
import { notFound } from '../platform/errors.ts'
import { type ChatRow, chatView } from './view.ts'
import { canSeeChat, type Viewer } from './visibility.ts'

/** A chat as it travels, with what decides who may have it. */
export interface LoadedChat {
  chat: Chat
  assigneePositionId: string | null
}

const loadStatement = (count: number) => `
  select c.id, c.platform, c.facebook_page_id, c.instagram_user_id, c.facebook_user_id, c.username, c.last_message,
    c.last_message_kind, c.last_message_sender, c.status, c.assigned_to, c.unread_count, c.waiting_since,
    c.last_incoming_at, c.last_outgoing_at, c.activity_at, c.created_at, c.updated_at,
    u.name as assignee_name, u.position_id as assignee_position_id,
    coalesce(fp.page_name, ia.username) as page_name,
    case when fp.id is not null then fp.is_active when ia.id is not null then 1 else 0 end as page_active,
    ${contactColumns},
    (select case when o.released_at is null then o.state end from outbox o
      where o.chat_id = c.id order by o.position desc limit 1) as outbox_state
  from chats c
  left join users u on u.id = c.assigned_to
  left join facebook_pages fp on c.platform = 'FACEBOOK' and fp.page_id = c.facebook_page_id
  left join instagram_accounts ia on c.platform = 'INSTAGRAM' and ia.page_id = c.facebook_page_id
  ${contactJoins}
  where c.id in (${Array(count).fill('?').join(',')})`

/**
 * The chats with these ids, whoever may see them: one statement for all, with page, contact, assignee and the state of
 * the last message.
 * @param now milliseconds, for the messaging window
 */
export async function loadChats(q: Db, ids: readonly string[], now: number): Promise<Map<string, LoadedChat>> {
  if (ids.length === 0) return new Map()
  const { rows } = await q.executeQuery<ChatRow>(CompiledQuery.raw(loadStatement(ids.length), [...ids]))
  return new Map(
    rows.map((row) => [row.id, { chat: chatView(row, now), assigneePositionId: row.assignee_position_id }]),
  )
}

/** The same, as they travel. */
export async function chatViews(q: Db, ids: readonly string[], now: number): Promise<Map<string, Chat>> {
  return new Map([...(await loadChats(q, ids, now))].map(([id, { chat }]) => [id, chat]))
}

/** @throws AppError 404 when there is no such chat or this person may not see it (AZ-3) */
export async function getChat(q: Db, viewer: Viewer, id: string, now: number): Promise<Chat> {
  const found = (await loadChats(q, [id], now)).get(id)
  if (
    !found ||
    !canSeeChat(viewer, { assignedTo: found.chat.assignedTo, assigneePositionId: found.assigneePositionId })
  ) {
    throw notFound('chat')
  }
  return found.chat
}
