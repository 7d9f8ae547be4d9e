import { queryOptions } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type * as z from 'zod'
import type { myself } from '../../shared/account.ts'
import type { Permission } from '../../shared/permissions.ts'
import type { Me } from '../../shared/user.ts'
import { call } from '../api.ts'

type Myself = z.infer<typeof myself>

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => (await call('GET /me', { signal })).answer,
})

/** What the page of sign-in can offer. */
export const signInOptionsQuery = queryOptions({
  queryKey: ['sign-in-options'],
  queryFn: async ({ signal }) => (await call('GET /sign-in-options', { signal })).answer,
})

/** Who is signed in, for everything below the shell. It stays while the session ends around it. */
export const MeContext = createContext<Myself | null>(null)

export function useMe(): Myself {
  const me = use(MeContext)
  if (!me) throw new Error('useMe needs the shell around it')
  return me
}

/** An admin holds every permission; the server sends the codes either way. */
export const may = (me: Me, ...codes: [Permission, ...Permission[]]) =>
  codes.some((code) => me.permissions.includes(code))

/** Which chat views make sense for somebody: the server still decides what is in them. */
export const seesShared = (me: Me) => may(me, 'chat:view:team', 'chat:view:all')
