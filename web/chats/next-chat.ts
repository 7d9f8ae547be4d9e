import type { InfiniteData } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import type { ChatListQuery } from '../api.ts'
import { queryClient } from '../app/query-client.ts'
import { chatsQuery } from './chat-queries.ts'
import { flatten, type Snapshot } from './merge-chat.ts'

/** The chat below this one in a list, else the one above, else none. */
export function nextChatId(filter: ChatListQuery, id: string): string | null {
  const data = queryClient.getQueryData<InfiniteData<Snapshot<Chat>, string | null>>(chatsQuery(filter).queryKey)
  const chats = flatten(data)
  const at = chats.findIndex((chat) => chat.id === id)
  return (chats[at + 1] ?? chats[at - 1])?.id ?? null
}
