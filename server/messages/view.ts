import * as z from 'zod'
import { type MessageKind, type MessageSender, messageKind, messageSender } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'
import { type Attachment, failureReason, type Message, type SendState } from '../../shared/message.ts'
import { isoTime } from '../platform/db/time.ts'
import { resolutionActions } from './resolution-actions.ts'

/** A row of either message table, with what the outbox knows of it. */
export interface MessageRow {
  id: string
  chat_id: string
  platform: Platform
  sender: MessageSender
  content: string
  message_type: 'text' | 'image'
  timestamp: string
  attachments_json: string | null
  is_gif: number
  is_ticklegram: number
  kind: string
  origin_app_id: string | null
  reply_to_mid: string | null
  sender_id: string | null
  sender_name: string | null
  outbox_state: 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | null
  outbox_reason: string | null
  outbox_code: string | null
  outbox_attempts: number | null
  outbox_next_attempt_at: string | null
  outbox_released_at: string | null
  idempotency_key: string | null
}

/** Up to where the customer has received and read, as stored on the chat. */
export interface Marks {
  delivered_watermark: string | null
  read_watermark: string | null
}

export interface Quoted {
  id: string
  content: string
  sender: MessageSender
}

export function messageView(row: MessageRow, marks: Marks, quoted: Quoted | undefined): Message {
  const state = isIncoming(row.sender) ? null : sendStateOf(row, marks)
  return {
    id: row.id,
    chatId: row.chat_id,
    platform: row.platform,
    sender: messageSender.parse(row.sender),
    content: row.content,
    messageType: row.message_type,
    kind: kindOf(row.kind),
    attachments: attachmentsOf(row.attachments_json),
    timestamp: isoTime(row.timestamp),
    isGif: row.is_gif === 1,
    isTicklegram: row.is_ticklegram === 1,
    state,
    failure: failureOf(row, state),
    sentBy: row.sender_id === null ? null : { id: row.sender_id, name: row.sender_name ?? '' },
    origin: originOf(row),
    replyTo: row.reply_to_mid === null ? null : quoteOf(quoted),
    clientKey: row.idempotency_key,
  }
}

const isIncoming = (sender: MessageSender) => sender === 'INSTAGRAM_USER' || sender === 'FACEBOOK_USER'

/** Delivered and read are the chat's marks, and say something only about what has left. */
function sendStateOf(
  { outbox_state, timestamp }: MessageRow,
  { delivered_watermark, read_watermark }: Marks,
): SendState {
  if (outbox_state !== null && outbox_state !== 'sent') return outbox_state
  if (read_watermark !== null && read_watermark >= timestamp) return 'read'
  if (delivered_watermark !== null && delivered_watermark >= timestamp) return 'delivered'
  return 'sent'
}

function failureOf(row: MessageRow, state: SendState | null): Message['failure'] {
  const retrying = state === 'queued' && row.outbox_reason !== null
  if (state === null || (state !== 'failed' && state !== 'unknown' && !retrying)) return null
  const reason = failureReason.catch(state === 'unknown' ? 'unknown_outcome' : 'temporary').parse(row.outbox_reason)
  return {
    reason,
    code: row.outbox_code,
    actions: resolutionActions(state, reason, row.outbox_released_at !== null),
    retryAt: retrying ? isoTime(row.outbox_next_attempt_at) : null,
  }
}

const kindOf = (kind: string): MessageKind => messageKind.catch('unsupported').parse(kind)

/** Meta's page inbox, under both numbers that have been seen for it (meta-platform 1.6, 13). */
const pageInboxApps = ['26390203743090', '263902037430900']

function originOf({ sender, origin_app_id }: MessageRow): Message['origin'] {
  if (isIncoming(sender)) return 'customer'
  if (sender === 'AGENT') return 'ticklegram'
  if (origin_app_id !== null && pageInboxApps.includes(origin_app_id)) return 'page_inbox'
  if (origin_app_id !== null) return 'other_app'
  return sender === 'INSTAGRAM_PAGE' ? 'instagram_app' : 'page_inbox'
}

const quoteOf = (quoted: Quoted | undefined): NonNullable<Message['replyTo']> =>
  quoted
    ? { messageId: quoted.id, content: quoted.content, sender: quoted.sender }
    : { messageId: null, content: null, sender: null }

const stored = z.object({
  kind: messageKind.catch('unsupported'),
  type: z.string().catch('unknown'),
  title: z.string().nullable().catch(null),
})
const storedList = z.union([z.array(stored), z.object({ list: z.array(stored) }).transform(({ list }) => list)])

/** What may be shown of attachments: never their addresses, which are Meta's and expire. Anything unreadable is none. */
function attachmentsOf(json: string | null): Attachment[] {
  if (json === null) return []
  try {
    return storedList.catch([]).parse(JSON.parse(json))
  } catch {
    return []
  }
}
