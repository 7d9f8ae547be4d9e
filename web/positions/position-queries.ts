import { queryOptions } from '@tanstack/react-query'
import { call } from '../api.ts'

/** All positions: there are few enough for one look, 200 at most at a time. */
export const positionsQuery = queryOptions({
  queryKey: ['positions', 'all'] as const,
  queryFn: async ({ signal }) => {
    const all = []
    let cursor: string | null = null
    do {
      const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor ? { cursor } : {}) }
      const { answer } = await call('GET /positions', { query, signal })
      all.push(...answer.items)
      cursor = answer.next
    } while (cursor !== null)
    return all
  },
  staleTime: 0,
})

export const positionQuery = (id: string) =>
  queryOptions({
    queryKey: ['positions', 'one', id] as const,
    queryFn: async ({ signal }) => (await call('GET /positions/:id', { id, signal })).answer,
    staleTime: 0,
  })

export const previewQuery = (id: string) =>
  queryOptions({
    queryKey: ['positions', 'preview', id] as const,
    queryFn: async ({ signal }) => (await call('GET /positions/:id/preview', { id, signal })).answer,
    staleTime: 0,
  })
