import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Inbox, Search, UserRound } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { NavLink, useMatch, useNavigate } from 'react-router'
import { useMe } from '../auth/session.ts'
import { countsQuery } from '../chats/chat-queries.ts'
import { text } from '../text.ts'
import { Badge, Dot } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import { OwnMenu } from './own-menu.tsx'

const item = 'relative flex flex-col items-center justify-center gap-0.5 text-2xs leading-[14px]'

/** The rail of a phone; a chat takes the whole screen. */
export function BottomBar({ onShortcuts }: { onShortcuts: () => void }) {
  const me = useMe()
  const { data: counts } = useQuery(countsQuery)
  const [open, setOpen] = useState(false)
  const own = useRef<HTMLButtonElement>(null)
  const navigate = useNavigate()
  const inChat = useMatch('/inbox/:view/:chatId')
  if (inChat) return null
  const unread = counts?.unreadMine ?? 0
  return (
    <nav
      aria-label={text.rail.label}
      className="grid h-[calc(56px+max(env(safe-area-inset-bottom),16px))] shrink-0 grid-cols-3 border-border border-t bg-surface px-2 pb-[max(env(safe-area-inset-bottom),16px)] md:hidden"
    >
      <NavLink
        to="/inbox"
        className={({ isActive }) => clsx(item, isActive ? 'font-medium text-text' : 'text-text-muted')}
      >
        <IconWith
          badge={unread > 0 && <Badge label={text.list.unreadCount(unread)}>{unread > 99 ? '99+' : unread}</Badge>}
        >
          <Icon of={Inbox} size={20} />
        </IconWith>
        {text.rail.inbox}
      </NavLink>
      <button type="button" className={clsx(item, 'text-text-muted')} onClick={() => navigate('/inbox/all?search')}>
        <IconWith>
          <Icon of={Search} size={20} />
        </IconWith>
        {text.palette.searchShort}
      </button>
      <button
        ref={own}
        type="button"
        className={clsx(item, 'text-text-muted')}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={`${text.rail.you}: ${me.name}`}
        onClick={() => setOpen(true)}
      >
        <IconWith badge={<Dot look={me.canReceiveNewChats ? 'live' : 'off'} className="ring-2 ring-surface" />}>
          <Icon of={UserRound} size={20} />
        </IconWith>
        {text.youUpper}
      </button>
      <OwnMenu anchor={own} side="above" open={open} onClose={() => setOpen(false)} onShortcuts={onShortcuts} />
    </nav>
  )
}

function IconWith({ badge, children }: { badge?: ReactNode; children: ReactNode }) {
  return (
    <span className="relative">
      {children}
      {badge && <span className="absolute bottom-2 left-3 grid w-max">{badge}</span>}
    </span>
  )
}
