import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { MessagesSquare } from 'lucide-react'
import { useState } from 'react'
import { useKeys } from '../app/keyboard.ts'
import { useMedia } from '../app/media.ts'
import { setPreferences, usePreferences } from '../app/preferences.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { useAddress, viewsOf } from './address.ts'
import { ChatList } from './chat-list.tsx'
import { ChatPane } from './chat-pane.tsx'
import { channelsQuery, countsQuery } from './chat-queries.ts'
import { ListHeader } from './list-header.tsx'
import { Resizer } from './resizer.tsx'
import { ViewsPane } from './views-pane.tsx'

const goKeys = { m: 'mine', u: 'unassigned', w: 'waiting', c: 'closing', a: 'all' } as const

/** Views, list, chat, details: as many of them side by side as there is room for. */
export default function Inbox() {
  const me = useMe()
  const address = useAddress()
  const { listWidth, viewsOpen, shortcuts } = usePreferences()
  const wide = useMedia('(min-width: 1024px)')
  const phone = useMedia('(max-width: 767px)')
  const { data: counts } = useQuery(countsQuery)
  const { data: channels } = useQuery(channelsQuery)
  const [cursor, setCursor] = useState<string | null>(null)
  const { chatId, go } = address

  // On a phone the list is the whole page.
  const List = phone ? 'main' : 'section'

  const goTo = Object.entries(goKeys).filter(([, view]) => viewsOf(me).includes(view))
  useKeys({
    ...Object.fromEntries(goTo.map(([letter, view]) => [`g ${letter}`, () => go({ view, chatId: null, q: '' })])),
    'g i': () =>
      go({ view: viewsOf(me).at(-1) ?? 'all', chatId: null, q: '', page: '', platform: undefined, unread: undefined }),
    '/': () => go({ search: true }, { replace: true }),
    Escape: chatId ? () => go({ chatId: null }) : undefined,
  })

  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      {wide && viewsOpen && <ViewsPane address={address} counts={counts} channels={channels} />}
      {!(phone && chatId) && (
        <List
          aria-label={text.list.label}
          className={clsx(
            'relative flex min-h-0 min-w-0 flex-col border-border bg-surface',
            phone ? 'flex-1' : 'shrink-0 border-r',
          )}
          style={phone ? undefined : { width: wide ? listWidth : 320 }}
        >
          {!(wide && viewsOpen) && <h1 className="sr-only">{text.views.title}</h1>}
          <ListHeader address={address} counts={counts} channels={channels} />
          <ChatList address={address} cursor={cursor} setCursor={setCursor} counts={counts} channels={channels} />
          {wide && (
            <Resizer width={listWidth} min={280} max={480} onChange={(width) => setPreferences({ listWidth: width })} />
          )}
        </List>
      )}
      {chatId && <ChatPane key={chatId} chatId={chatId} address={address} />}
      {!chatId && !phone && (
        <main className="flex min-w-0 flex-1 bg-surface">
          <EmptyState icon={MessagesSquare} title={text.empty.pickTitle}>
            {shortcuts ? text.empty.pick : text.empty.pickPlain}
          </EmptyState>
        </main>
      )}
    </div>
  )
}
