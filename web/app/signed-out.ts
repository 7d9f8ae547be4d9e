import { meQuery } from '../auth/session.ts'
import { queryClient } from './query-client.ts'

let go: (path: string) => void = (path) => location.assign(path)

/** How to move to another page; set by the router, which this module must not import. */
export const whenLeaving = (navigate: (path: string) => void) => {
  go = navigate
}

/** The session is over: forget everything fetched with it and come back here after signing in. */
export function signedOut() {
  if (location.pathname === '/sign-in' || location.pathname === '/setup') return
  const was = queryClient.getQueryData(meQuery.queryKey) !== undefined
  const from = location.pathname + location.search
  const query = new URLSearchParams()
  if (from !== '/') query.set('from', from)
  if (was) query.set('expired', '')
  go(`/sign-in${query.size > 0 ? `?${query}` : ''}`)
  queryClient.clear()
}
