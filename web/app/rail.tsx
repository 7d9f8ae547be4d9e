import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Contrast, Inbox, UserRound, UserRoundX, Users } from 'lucide-react'
import { useRef, useState } from 'react'
import { NavLink } from 'react-router'
import { useAvailability } from '../auth/availability.ts'
import { useMe } from '../auth/session.ts'
import { countsQuery } from '../chats/chat-queries.ts'
import { text } from '../text.ts'
import { initials } from '../ui/avatar.tsx'
import { Dot } from '../ui/badge.tsx'
import { Brand } from '../ui/brand.tsx'
import { Icon } from '../ui/icon.tsx'
import { OwnMenu } from './own-menu.tsx'
import { teamScreensOf } from './team-screens.ts'
import { ThemeMenu } from './theme-menu.tsx'

const railItem = 'relative grid size-9 place-items-center rounded-sm hover:bg-surface-hover hover:text-text'

/** The screens one may use, and below them what concerns oneself. */
export function Rail({ onShortcuts }: { onShortcuts: () => void }) {
  const me = useMe()
  const { data: counts } = useQuery(countsQuery)
  const [menu, setMenu] = useState<'theme' | 'own' | null>(null)
  const themeButton = useRef<HTMLButtonElement>(null)
  const ownButton = useRef<HTMLButtonElement>(null)
  const availability = useAvailability()
  const unread = counts?.unreadMine ?? 0
  return (
    <aside
      aria-label={text.rail.label}
      className="flex w-(--size-rail) shrink-0 flex-col items-center border-border border-r bg-bg pb-3 max-md:hidden"
    >
      <NavLink to="/" aria-label={text.product} className="mb-2 grid h-(--size-bar) place-items-center">
        <Brand />
      </NavLink>
      <nav aria-label={text.rail.label} className="flex flex-col gap-1">
        <NavLink
          to="/inbox"
          aria-label={unread > 0 ? `${text.rail.inbox}, ${text.list.unreadCount(unread)}` : text.rail.inbox}
          data-tip={text.rail.inbox}
          data-tip-side="right"
          className={({ isActive }) => clsx(railItem, isActive ? 'bg-surface-active text-text' : 'text-text-muted')}
        >
          <Icon of={Inbox} size={20} />
          {unread > 0 && (
            <span className="absolute -top-0.5 left-[19px] h-[15px] min-w-[15px] rounded-full bg-accent px-1 text-center font-semibold text-[10px] text-on-accent leading-[15px] shadow-[0_0_0_2px_var(--color-bg)]">
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </NavLink>
        {teamScreensOf(me).length > 0 && (
          <NavLink
            to="/team"
            aria-label={text.rail.team}
            data-tip={text.rail.team}
            data-tip-side="right"
            className={({ isActive }) => clsx(railItem, isActive ? 'bg-surface-active text-text' : 'text-text-muted')}
          >
            <Icon of={Users} size={20} />
          </NavLink>
        )}
      </nav>
      <div className="mt-auto flex flex-col gap-1">
        <button
          type="button"
          role="switch"
          aria-checked={me.canReceiveNewChats}
          aria-label={text.own.available}
          data-tip={`${text.own.available}: ${me.canReceiveNewChats ? text.own.availableHint : text.own.awayHint}`}
          data-tip-side="right"
          disabled={availability.isPending}
          onClick={() => availability.mutate(!me.canReceiveNewChats)}
          className={clsx(railItem, 'text-text-muted')}
        >
          <Icon of={me.canReceiveNewChats ? UserRound : UserRoundX} size={20} />
          <Dot
            look={me.canReceiveNewChats ? 'live' : 'off'}
            className="absolute right-[5px] bottom-[5px] bg-clip-padding ring-2 ring-bg"
          />
        </button>
        <button
          ref={themeButton}
          type="button"
          aria-label={text.rail.theme}
          aria-haspopup="menu"
          aria-expanded={menu === 'theme'}
          data-tip={text.rail.theme}
          data-tip-side="right"
          onClick={() => setMenu('theme')}
          className={clsx(railItem, 'text-text-muted')}
        >
          <Icon of={Contrast} size={20} />
        </button>
        <button
          ref={ownButton}
          type="button"
          aria-label={`${text.rail.you}: ${me.name}`}
          aria-haspopup="menu"
          aria-expanded={menu === 'own'}
          data-tip={me.name}
          data-tip-side="right"
          onClick={() => setMenu('own')}
          className={clsx(railItem, 'text-text-muted')}
        >
          <span
            aria-hidden="true"
            className="grid size-6 place-items-center rounded-full bg-avatar-3 font-medium text-[10.5px] text-avatar-text tracking-normal"
          >
            {initials(me.name)}
          </span>
        </button>
      </div>
      <ThemeMenu anchor={themeButton} open={menu === 'theme'} onClose={() => setMenu(null)} />
      <OwnMenu
        anchor={ownButton}
        side="right"
        open={menu === 'own'}
        onClose={() => setMenu(null)}
        onShortcuts={onShortcuts}
      />
    </aside>
  )
}
