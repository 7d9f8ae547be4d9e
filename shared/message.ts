import * as z from 'zod'
import { messageKind, messageSender } from './chat.ts'
import { id, instant, person, platform } from './common.ts'

export const sendState = z.enum(['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown'])
export type SendState = z.infer<typeof sendState>

/** Why a message was not delivered, as data. The client has the words and what to do for each. */
export const failureReason = z.enum([
  'outside_window',
  'rate_limited',
  'token_invalid',
  'permission_missing',
  'recipient_unavailable',
  'recipient_unknown',
  'thread_not_owned',
  'page_restricted',
  'page_inactive',
  'page_disconnected',
  'text_too_long',
  'tag_refused',
  'bad_request',
  'unreachable',
  'temporary',
  'unknown_outcome',
  'gave_up',
  'sender_deactivated',
])
export type FailureReason = z.infer<typeof failureReason>

export const attachment = z.object({
  kind: messageKind,
  /** Meta's own word for it, shown when we have no better one. */
  type: z.string(),
  title: z.string().nullable(),
})
export type Attachment = z.infer<typeof attachment>

export const resolutionAction = z.enum(['retry', 'check', 'send_again', 'dismiss'])
export type ResolutionAction = z.infer<typeof resolutionAction>

export const message = z.object({
  id: z.string(),
  chatId: z.string(),
  platform,
  sender: messageSender,
  content: z.string(),
  messageType: z.enum(['text', 'image']),
  kind: messageKind,
  attachments: z.array(attachment),
  timestamp: instant,
  isGif: z.boolean(),
  isTicklegram: z.boolean(),
  /** Set for what went out; null for what came in. */
  state: sendState.nullable(),
  failure: z
    .object({
      reason: failureReason,
      /** Meta's error code and subcode, for whoever has to look further. */
      code: z.string().nullable(),
      actions: z.array(resolutionAction),
      /** When the next automatic try is due, while queued after a failure. */
      retryAt: instant.nullable(),
    })
    .nullable(),
  sentBy: person.nullable(),
  origin: z.enum(['customer', 'ticklegram', 'instagram_app', 'page_inbox', 'other_app']),
  replyTo: z
    .object({ messageId: z.string().nullable(), content: z.string().nullable(), sender: messageSender.nullable() })
    .nullable(),
  /** The idempotency key it was sent with, so that the sender's screen can settle its own copy. */
  clientKey: z.string().nullable(),
})
export type Message = z.infer<typeof message>

export const newMessage = z.strictObject({
  text: z.string().min(1).max(20_000),
  replyTo: id.optional(),
  /** The agent's explicit choice after 24 h: their own words, up to 7 days. */
  humanAgent: z.boolean().default(false),
})
