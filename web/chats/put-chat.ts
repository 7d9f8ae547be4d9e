import type { InfiniteData } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import { type ChatListQuery, serverNow } from '../api.ts'
import { queryClient } from '../app/query-client.ts'
import { meQuery } from '../auth/session.ts'
import { chatQuery, type KnownChat } from './chat-queries.ts'
import { mergeChat, type Snapshot } from './merge-chat.ts'

/** Puts an answer of the server about one chat everywhere it is shown, without waiting for the stream to say it too. */
export function putChat(chat: Chat) {
  const meId = queryClient.getQueryData(meQuery.queryKey)?.id ?? ''
  queryClient.setQueryData<KnownChat>(chatQuery(chat.id).queryKey, (known) => ({ chat, seq: known?.seq ?? 0 }))
  for (const query of queryClient.getQueryCache().findAll({ queryKey: ['chats'] })) {
    const filter = query.queryKey[1] as ChatListQuery
    const context = { filter, meId, now: serverNow(), openId: chat.id }
    queryClient.setQueryData<InfiniteData<Snapshot<Chat>, string | null>>(query.queryKey, (data) =>
      data ? mergeChat(data, chat, Number.POSITIVE_INFINITY, context) : data,
    )
  }
}
