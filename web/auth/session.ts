import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Permission } from '../../shared/permissions.ts'
import type { Me } from '../../shared/user.ts'
import { call } from '../api.ts'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => (await call('GET /me', { signal })).answer,
})

/** Who is signed in. Only below the shell, which waits for the answer. */
export function useMe(): Me {
  const { data } = useQuery(meQuery)
  if (!data) throw new Error('useMe needs the shell around it')
  return data
}

/** An admin holds every permission; the server sends the codes either way. */
export const may = (me: Me, ...codes: [Permission, ...Permission[]]) =>
  codes.some((code) => me.permissions.includes(code))

/** Which chat views make sense for somebody: the server still decides what is in them. */
export const seesShared = (me: Me) => may(me, 'chat:view:team', 'chat:view:all')
