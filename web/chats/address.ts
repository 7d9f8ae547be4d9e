import { useCallback, useMemo } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import type { ChatView } from '../../shared/chat.ts'
import type { Me } from '../../shared/user.ts'
import type { ChatListQuery } from '../api.ts'
import { may, seesShared } from '../auth/session.ts'

const views = ['mine', 'unassigned', 'waiting', 'closing', 'all'] as const satisfies ChatView[]

/** The views that make sense for somebody; the server scopes what is in them. */
export const viewsOf = (me: Me): ChatView[] =>
  views.filter((view) => view !== 'unassigned' || seesShared(me) || may(me, 'chat:claim'))

export interface Address {
  filter: ChatListQuery
  chatId: string | null
  /** The search field is open, though it may be empty. */
  searching: boolean
  /** Where a view, a filter or a chat is found. What is not named stays. */
  hrefTo: (part: Partial<ChatListQuery> & { chatId?: string | null; search?: boolean }) => string
  go: (part: Parameters<Address['hrefTo']>[0], options?: { replace?: boolean }) => void
}

/** What the inbox shows, read from the address alone: reload, back and links work by themselves. */
export function useAddress(): Address {
  const { view, chatId } = useParams()
  const [search] = useSearchParams()
  const navigate = useNavigate()
  const query = search.toString()

  const filter = useMemo((): ChatListQuery => {
    const given = new URLSearchParams(query)
    const platform = given.get('platform')
    const q = given.get('q')?.trim()
    const page = given.get('page')
    return {
      view: views.find((known) => known === view) ?? 'all',
      ...(platform === 'INSTAGRAM' || platform === 'FACEBOOK' ? { platform } : {}),
      ...(page ? { page } : {}),
      ...(given.get('unread') === 'true' ? { unread: 'true' as const } : {}),
      ...(q ? { q } : {}),
    }
  }, [view, query])

  const hrefTo = useCallback<Address['hrefTo']>(
    (part) => {
      const next = { ...filter, chatId, ...part }
      const parameters = new URLSearchParams()
      for (const name of ['platform', 'page', 'unread', 'q'] as const) {
        const value = next[name]
        if (value) parameters.set(name, value)
      }
      if (part.search) parameters.set('search', '')
      const path = `/inbox/${next.view}${next.chatId ? `/${next.chatId}` : ''}`
      return parameters.size > 0 ? `${path}?${parameters}` : path
    },
    [filter, chatId],
  )
  const go = useCallback<Address['go']>((part, options) => void navigate(hrefTo(part), options), [hrefTo, navigate])

  return { filter, chatId: chatId ?? null, searching: search.has('search') || filter.q !== undefined, hrefTo, go }
}
