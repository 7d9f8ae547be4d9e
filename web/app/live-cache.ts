import type { InfiniteData, Query, QueryClient } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import type { Change } from '../../shared/events.ts'
import type { Message } from '../../shared/message.ts'
import { type ChatListQuery, serverNow } from '../api.ts'
import type { KnownChat } from '../chats/chat-queries.ts'
import { mergeChat, removeChat, type Snapshot } from '../chats/merge-chat.ts'
import { mergeMessage, removeMessage } from '../messages/merge-message.ts'

type List<T> = InfiniteData<Snapshot<T>, string | null>

const remembered = 2_000

/**
 * Keeps what was fetched true by what comes live. A snapshot that was on its way while changes came in is older than
 * they are: they are remembered and applied to it again (RT-3).
 */
export function followLive(client: QueryClient, meId: string, openId: () => string | null) {
  const recent: { seq: number; change: Change }[] = []

  const apply = (query: Query, seq: number, change: Change) => {
    const [kind, subject] = query.queryKey
    const id = 'chat' in change ? change.chat.id : 'chatId' in change ? change.chatId : null
    if (id === null) return
    if (kind === 'chats') {
      const filter = subject as ChatListQuery
      update<List<Chat>>(query, (data) =>
        'chat' in change
          ? mergeChat(data, change.chat, seq, { filter, meId, now: serverNow(), openId: openId() })
          : removeChat(data, id, seq),
      )
    } else if (kind === 'chat' && subject === id) {
      update<KnownChat>(query, (data) =>
        data.seq >= seq ? data : { chat: 'chat' in change ? change.chat : null, seq },
      )
    } else if (kind === 'messages' && subject === id && 'message' in change) {
      update<List<Message>>(query, (data) => mergeMessage(data, change.message, seq))
    } else if (kind === 'messages' && subject === id && change.type === 'message.removed') {
      update<List<Message>>(query, (data) => removeMessage(data, change.messageId, seq))
    }
  }

  const update = <T>(query: Query, merge: (data: T) => T) => {
    const data = query.state.data as T | undefined
    if (data === undefined) return
    const next = merge(data)
    if (next !== data) client.setQueryData(query.queryKey, next)
  }

  const unsubscribe = client.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success' || event.action.manual) return
    for (const { seq, change } of recent) apply(event.query, seq, change)
  })

  return {
    unsubscribe,
    take(seq: number, change: Change) {
      recent.push({ seq, change })
      if (recent.length > remembered) recent.splice(0, remembered / 2)
      if ('chatId' in change) {
        client.removeQueries({ queryKey: ['messages', change.chatId] })
        client.removeQueries({ queryKey: ['assignments', change.chatId] })
      } else if ('chat' in change) {
        noteMove(client, change.chat)
      }
      for (const query of client.getQueryCache().getAll()) apply(query, seq, change)
    },
    /** Fetches again what was read before the stream began. */
    refetchOlderThan(seq: number) {
      void client.invalidateQueries({ predicate: (query) => snapshotSeq(query.state.data) < seq })
    },
  }
}

/** A chat that changed hands has a new line in its history. */
function noteMove(client: QueryClient, chat: Chat) {
  const known = client.getQueryData<KnownChat>(['chat', chat.id])
  if (known && known.chat?.assignedTo === chat.assignedTo) return
  void client.invalidateQueries({ queryKey: ['assignments', chat.id] })
}

function snapshotSeq(data: unknown): number {
  const known = data as { seq?: number; pages?: { seq: number }[] } | undefined
  return known?.seq ?? known?.pages?.[0]?.seq ?? Number.POSITIVE_INFINITY
}
