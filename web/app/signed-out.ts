import { meQuery } from '../auth/session.ts'
import { queryClient } from './query-client.ts'

let go: (path: string) => Promise<void> | void = (path) => location.assign(path)
let leaving = false

/** How to move to another page; set by the router, which this module must not import. */
export const whenLeaving = (navigate: (path: string) => Promise<void> | void) => {
  go = navigate
}

/** The session is over: forget everything fetched with it and come back here after signing in. */
export async function signedOut() {
  if (leaving || location.pathname === '/sign-in' || location.pathname === '/setup') return
  leaving = true
  const was = queryClient.getQueryData(meQuery.queryKey) !== undefined
  const from = location.pathname + location.search
  const query = new URLSearchParams()
  if (from !== '/') query.set('from', from)
  if (was) query.set('expired', '')
  await go(`/sign-in${query.size > 0 ? `?${query}` : ''}`)
  // Only now: what is on screen until then still needs what it shows.
  queryClient.clear()
  leaving = false
}
