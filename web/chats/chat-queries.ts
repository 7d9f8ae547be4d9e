import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import { type ChatListQuery, call } from '../api.ts'
import type { Snapshot } from './merge-chat.ts'

/** One chat as last known; `null` once it may no longer be seen. */
export interface KnownChat {
  chat: Chat | null
  seq: number
}

export const chatsQuery = (filter: ChatListQuery) =>
  infiniteQueryOptions({
    queryKey: ['chats', filter] as const,
    queryFn: async ({ pageParam, signal }): Promise<Snapshot<Chat>> => {
      const query = { ...filter, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }
      const { answer, seq } = await call('GET /chats', { query, signal })
      return { ...answer, seq }
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

export const chatQuery = (id: string) =>
  queryOptions({
    queryKey: ['chat', id] as const,
    queryFn: async ({ signal }): Promise<KnownChat> => {
      const { answer, seq } = await call('GET /chats/:id', { id, signal })
      return { chat: answer, seq }
    },
  })

export const countsQuery = queryOptions({
  queryKey: ['counts'] as const,
  queryFn: async ({ signal }) => (await call('GET /chats/counts', { signal })).answer,
  placeholderData: keepPreviousData,
})

/** Something a customer can write to. */
export interface Channel {
  id: string
  name: string
  platform: 'INSTAGRAM' | 'FACEBOOK'
  active: boolean
}

export const channelsQuery = queryOptions({
  queryKey: ['channels'] as const,
  queryFn: async ({ signal }): Promise<Channel[]> => {
    const query = { limit: 200 }
    const [accounts, pages] = await Promise.all([
      call('GET /instagram-accounts', { query, signal }),
      call('GET /pages', { query, signal }),
    ])
    return [
      ...accounts.answer.items.map((account) => ({
        id: account.pageId,
        name: account.username ?? account.pageId,
        platform: 'INSTAGRAM' as const,
        active: true,
      })),
      ...pages.answer.items.map((page) => ({
        id: page.pageId,
        name: page.pageName ?? page.pageId,
        platform: 'FACEBOOK' as const,
        active: page.isActive,
      })),
    ]
  },
})

export const ledgerQuery = queryOptions({
  queryKey: ['webhook-ledger'] as const,
  queryFn: async ({ signal }) => (await call('GET /webhook-ledger', { signal })).answer,
  staleTime: 60_000,
})
