import { infiniteQueryOptions } from '@tanstack/react-query'
import type { Message } from '../../shared/message.ts'
import { call } from '../api.ts'
import type { Snapshot } from '../chats/merge-chat.ts'

export const messagesQuery = (chatId: string) =>
  infiniteQueryOptions({
    queryKey: ['messages', chatId] as const,
    queryFn: async ({ pageParam, signal }): Promise<Snapshot<Message>> => {
      const query = { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }
      const { answer, seq } = await call('GET /chats/:id/messages', { id: chatId, query, signal })
      return { ...answer, seq }
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
