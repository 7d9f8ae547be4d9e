import { queryOptions } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { Permission } from '../../shared/permissions.ts'
import type { Me } from '../../shared/user.ts'
import { call } from '../api.ts'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => (await call('GET /me', { signal })).answer,
})

/** Who is signed in, for everything below the shell. It stays while the session ends around it. */
export const MeContext = createContext<Me | null>(null)

export function useMe(): Me {
  const me = use(MeContext)
  if (!me) throw new Error('useMe needs the shell around it')
  return me
}

/** An admin holds every permission; the server sends the codes either way. */
export const may = (me: Me, ...codes: [Permission, ...Permission[]]) =>
  codes.some((code) => me.permissions.includes(code))

/** Which chat views make sense for somebody: the server still decides what is in them. */
export const seesShared = (me: Me) => may(me, 'chat:view:team', 'chat:view:all')
