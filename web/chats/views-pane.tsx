import { clsx } from 'clsx'
import { CircleDashed, Clock, Inbox, type LucideIcon, PanelLeftClose, Reply, Search, UserRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { ChatCounts, ChatView } from '../../shared/chat.ts'
import { useConnection } from '../app/live.tsx'
import { setPreferences } from '../app/preferences.ts'
import { useMe } from '../auth/session.ts'
import { number } from '../dates.ts'
import { text } from '../text.ts'
import { PlatformMark } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { type Address, viewsOf } from './address.ts'
import type { Channel } from './chat-queries.ts'
import { ConnectionState, OfflineNote } from './connection-state.tsx'

export const viewIcons: Record<ChatView, LucideIcon> = {
  mine: UserRound,
  unassigned: CircleDashed,
  waiting: Reply,
  closing: Clock,
  all: Inbox,
}

/** Counts end where the server stops counting. */
const countLimit = 1000
export const countText = (count: number | undefined) =>
  count === undefined ? '' : count >= countLimit ? text.views.over(countLimit) : number(count)

interface Props {
  address: Address
  counts: ChatCounts | undefined
  channels: Channel[] | undefined
}

export function ViewsPane({ address, counts, channels }: Props) {
  const me = useMe()
  const offline = useConnection().state === 'offline'
  const { filter, hrefTo } = address
  return (
    <aside
      aria-label={text.views.label}
      className="flex w-(--size-views) shrink-0 flex-col border-border border-r bg-bg"
    >
      <div className="flex h-(--size-bar) shrink-0 items-center gap-1 pr-2 pl-4">
        <h1 className="min-w-0 flex-1 font-semibold text-base">{text.views.title}</h1>
        <IconButton
          icon={PanelLeftClose}
          label={text.views.hide}
          onClick={() => setPreferences({ viewsOpen: false })}
        />
        <IconButton
          icon={Search}
          label={text.list.search}
          keys="/"
          onClick={() => address.go({ search: true }, { replace: true })}
        />
      </div>
      <nav aria-label={text.views.label} className="thin-scroll min-h-0 flex-1 overflow-y-auto pb-3">
        {viewsOf(me).map((view) => (
          <ViewLink
            key={view}
            to={hrefTo({ view, page: '', chatId: null })}
            current={filter.view === view && !filter.page}
          >
            <Icon of={viewIcons[view]} />
            <span className="min-w-0 flex-1">{text.views[view]}</span>
            <Count
              warn={view === 'closing' && (counts?.views.closing ?? 0) > 0}
              current={filter.view === view && !filter.page}
            >
              {counts?.views[view]}
            </Count>
          </ViewLink>
        ))}
        {channels && channels.length > 0 && (
          <>
            <h2 className="px-4 pt-5 pb-1 font-medium text-2xs text-text-faint">{text.views.pages}</h2>
            {channels.map((channel) => (
              <ViewLink
                key={channel.id}
                to={hrefTo({ view: 'all', page: channel.id, chatId: null })}
                current={filter.page === channel.id}
              >
                <PlatformMark platform={channel.platform} className="mx-px" />
                <span className="min-w-0 flex-1 truncate" title={channel.name}>
                  <bdi>{channel.name}</bdi>
                </span>
                {channel.active ? (
                  <Count current={filter.page === channel.id}>
                    {counts?.pages.find((page) => page.facebookPageId === channel.id)?.count}
                  </Count>
                ) : (
                  <span className="text-2xs text-text-faint">{text.views.paused}</span>
                )}
              </ViewLink>
            ))}
          </>
        )}
      </nav>
      {offline && <OfflineNote />}
      <ConnectionState className="px-4 pt-1 pb-3" />
    </aside>
  )
}

function ViewLink({ to, current, children }: { to: string; current: boolean; children: ReactNode }) {
  return (
    <Link
      to={to}
      aria-current={current ? 'page' : undefined}
      className={clsx(
        'mx-2 flex h-7 items-center gap-2 whitespace-nowrap rounded-sm px-2 hover:bg-surface-hover hover:text-text',
        current ? 'bg-surface-active font-medium text-text' : 'text-text-muted',
      )}
    >
      {children}
    </Link>
  )
}

function Count({ children, warn, current }: { children: number | undefined; warn?: boolean; current?: boolean }) {
  if (!children) return null
  return (
    <span
      className={clsx(
        'font-normal text-2xs',
        warn ? 'text-warn-text' : current ? 'text-text-muted' : 'text-text-faint',
      )}
    >
      {countText(children)}
    </span>
  )
}
