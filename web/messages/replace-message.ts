import type { InfiniteData } from '@tanstack/react-query'
import type { Message } from '../../shared/message.ts'
import { queryClient } from '../app/query-client.ts'
import type { Snapshot } from '../chats/merge-chat.ts'
import { mergeMessage } from './merge-message.ts'
import { messagesQuery } from './message-queries.ts'

/** Puts the server's answer about one message into the open thread. */
export function replaceMessage(message: Message) {
  queryClient.setQueryData<InfiniteData<Snapshot<Message>, string | null>>(
    messagesQuery(message.chatId).queryKey,
    (data) => (data ? mergeMessage(data, message, Number.POSITIVE_INFINITY) : data),
  )
}
