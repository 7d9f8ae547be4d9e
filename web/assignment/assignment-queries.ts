import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from '../api.ts'

/** Why the chat is where it is, newest first. A hundred moves are more than anybody reads. */
export const assignmentsQuery = (chatId: string) =>
  queryOptions({
    queryKey: ['assignments', chatId] as const,
    queryFn: async ({ signal }) =>
      (await call('GET /chats/:id/assignments', { id: chatId, query: { limit: 100 }, signal })).answer.items,
  })

export const assignableQuery = (q: string) =>
  queryOptions({
    queryKey: ['assignable', q] as const,
    queryFn: async ({ signal }) =>
      (await call('GET /users', { query: { assignable: 'true', ...(q ? { q } : {}) }, signal })).answer.items,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  })
