import type { InfiniteData } from '@tanstack/react-query'
import type { Message } from '../../shared/message.ts'
import { call } from '../api.ts'
import { queryClient } from '../app/query-client.ts'
import type { Snapshot } from '../chats/merge-chat.ts'
import { mergeMessage } from './merge-message.ts'
import { messagesQuery } from './message-queries.ts'
import { type Outbox, openOutbox } from './outbox.ts'

let current: { userId: string; outbox: Outbox } | null = null

/** What this person's screens still have to hand to the server. */
export function myOutbox(userId: string): Outbox {
  if (current?.userId !== userId) {
    const outbox = openOutbox({ post, onAccepted, storage: localStorage, storageKey: `ticklegram:outbox:${userId}` })
    addEventListener('online', outbox.flush)
    current = { userId, outbox }
  }
  return current.outbox
}

const post = async ({
  key,
  chatId,
  text,
  replyTo,
  humanAgent,
}: Parameters<Parameters<typeof openOutbox>[0]['post']>[0]) => {
  const body = { text, humanAgent, ...(replyTo ? { replyTo } : {}) }
  return (await call('POST /chats/:id/messages', { id: chatId, body, headers: { 'idempotency-key': key } })).answer
}

/** The stream may already have told more about it than this answer knows. */
function onAccepted(message: Message) {
  queryClient.setQueryData<InfiniteData<Snapshot<Message>, string | null>>(
    messagesQuery(message.chatId).queryKey,
    (data) => {
      if (!data || data.pages.some((page) => page.items.some((item) => item.id === message.id))) return data
      return mergeMessage(data, message, Number.POSITIVE_INFINITY)
    },
  )
}

/** An idempotency key. `randomUUID` exists on secure pages only; an inbox in the house network may be plain http. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
