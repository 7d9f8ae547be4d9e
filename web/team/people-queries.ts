import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from '../api.ts'
import { byCursor } from '../app/pages.ts'
import { queryClient } from '../app/query-client.ts'

export interface PeopleFilter {
  q?: string
  role?: 'admin' | 'agent'
  position?: string
  active?: 'true' | 'false'
  available?: 'true' | 'false'
}

export const peopleQuery = (filter: PeopleFilter) =>
  infiniteQueryOptions({
    queryKey: ['people', filter] as const,
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filter, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }
      return (await call('GET /users', { query, signal })).answer
    },
    ...byCursor,
    staleTime: 0,
    placeholderData: keepPreviousData,
  })

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ['person', id] as const,
    queryFn: async ({ signal }) => (await call('GET /users/:id', { id, signal })).answer,
    staleTime: 0,
  })

/** After a change: everything that shows people is read again. */
export const refreshPeople = () =>
  Promise.all(
    ['people', 'person', 'positions', 'status-logs', 'users', 'audit'].map((kind) =>
      queryClient.invalidateQueries({ queryKey: [kind] }),
    ),
  )
