import { clsx } from 'clsx'
import { ChevronDown, ListFilter, PanelLeftOpen, Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { ChatCounts } from '../../shared/chat.ts'
import { useMedia } from '../app/media.ts'
import { setPreferences, usePreferences } from '../app/preferences.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu, MenuHeading, MenuItem, MenuSeparator } from '../ui/menu.tsx'
import { type Address, viewsOf } from './address.ts'
import type { Channel } from './chat-queries.ts'
import { ConnectionState } from './connection-state.tsx'
import { countText, viewIcons } from './views-pane.tsx'

interface Props {
  address: Address
  counts: ChatCounts | undefined
  channels: Channel[] | undefined
}

export function ListHeader({ address, counts, channels }: Props) {
  const { filter, go, searching } = address
  const { viewsOpen } = usePreferences()
  const [filtering, setFiltering] = useState(false)
  const filterButton = useRef<HTMLButtonElement>(null)
  const wide = useMedia('(min-width: 1024px)')
  const phone = useMedia('(max-width: 767px)')
  const channel = channels?.find((known) => known.id === filter.page)
  const count = channel
    ? counts?.pages.find((page) => page.facebookPageId === channel.id)?.count
    : counts?.views[filter.view]
  const title = channel?.name ?? text.views[filter.view]
  const filters = (filter.platform ? 1 : 0) + (filter.unread ? 1 : 0)
  return (
    <header
      className={clsx('shrink-0 border-border border-b', phone ? 'pt-[env(safe-area-inset-top)]' : 'h-(--size-bar)')}
    >
      <div
        className={clsx(
          'flex items-center gap-1',
          phone ? 'h-14 pr-1 pl-4' : 'h-full pr-2',
          !phone && (wide && !viewsOpen ? 'pl-2' : 'pl-3'),
        )}
      >
        {wide && !viewsOpen && (
          <IconButton
            icon={PanelLeftOpen}
            label={text.views.show}
            onClick={() => setPreferences({ viewsOpen: true })}
          />
        )}
        {searching ? (
          <>
            <h2 className="sr-only">{title}</h2>
            <SearchField address={address} />
          </>
        ) : (
          <>
            <ViewTitle
              address={address}
              counts={counts}
              channels={channels}
              title={title}
              count={countText(count)}
              fold={!(wide && viewsOpen)}
              phone={phone}
            />
            <span className="flex-1" />
            {!(wide && viewsOpen) && <ConnectionState className="px-2" />}
            {!(wide && viewsOpen) && !phone && (
              <IconButton
                icon={Search}
                label={text.list.search}
                keys="/"
                onClick={() => go({ search: true }, { replace: true })}
              />
            )}
          </>
        )}
        <IconButton
          ref={filterButton}
          icon={ListFilter}
          touch={phone}
          label={filters > 0 ? `${text.list.filter} (${filters})` : text.list.filter}
          aria-haspopup="menu"
          aria-expanded={filtering}
          className={clsx(filters > 0 && 'bg-accent-soft text-accent-text')}
          onClick={() => setFiltering(true)}
        />
      </div>
      {phone && !searching && <ViewChips address={address} counts={counts} />}
      <Menu
        anchor={filterButton}
        open={filtering}
        onClose={() => setFiltering(false)}
        align="end"
        label={text.list.filter}
      >
        <MenuItem
          checked={filter.unread === 'true'}
          onSelect={() => go({ unread: filter.unread ? undefined : 'true' })}
        >
          {text.list.onlyUnread}
        </MenuItem>
        <MenuHeading>{text.list.platform}</MenuHeading>
        {([undefined, 'INSTAGRAM', 'FACEBOOK'] as const).map((platform) => (
          <MenuItem
            key={platform ?? 'any'}
            radio
            checked={filter.platform === platform}
            onSelect={() => go({ platform })}
          >
            {platform ? text.platform[platform] : text.list.anyPlatform}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={X} disabled={filters === 0} onSelect={() => go({ platform: undefined, unread: undefined })}>
          {text.list.clear}
        </MenuItem>
      </Menu>
    </header>
  )
}

interface TitleProps extends Props {
  title: string
  count: string
  /** The views pane is not there: the title opens them. */
  fold: boolean
  phone: boolean
}

function ViewTitle({ address, counts, channels, title, count, fold, phone }: TitleProps) {
  const me = useMe()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const heading = (
    <>
      <h2 className={clsx('truncate font-semibold', phone ? 'text-[20px] leading-7' : 'text-base')}>
        <bdi>{title}</bdi>
      </h2>
      <span className={clsx('text-text-faint', phone ? 'text-base' : 'text-xs')}>{count}</span>
    </>
  )
  if (!fold) return <div className="flex min-w-0 items-baseline gap-2">{heading}</div>
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="-mx-1.5 flex min-w-0 items-center gap-1.5 rounded-sm px-1.5 py-1 hover:bg-surface-hover"
      >
        {heading}
        <Icon of={ChevronDown} className="text-text-muted" />
        <span className="sr-only">{text.views.choose}</span>
      </button>
      <Menu anchor={button} open={open} onClose={() => setOpen(false)} label={text.views.choose}>
        {viewsOf(me).map((view) => (
          <MenuItem
            key={view}
            icon={viewIcons[view]}
            radio
            checked={address.filter.view === view && !address.filter.page}
            onSelect={() => address.go({ view, page: '' })}
            end={<span className="text-2xs text-text-faint">{countText(counts?.views[view])}</span>}
          >
            {text.views[view]}
          </MenuItem>
        ))}
        {channels && channels.length > 0 && <MenuHeading>{text.views.pages}</MenuHeading>}
        {channels?.map((channel) => (
          <MenuItem
            key={channel.id}
            radio
            checked={address.filter.page === channel.id}
            onSelect={() => address.go({ view: 'all', page: channel.id })}
          >
            <bdi>{channel.name}</bdi>
          </MenuItem>
        ))}
      </Menu>
    </>
  )
}

function ViewChips({ address, counts }: Pick<Props, 'address' | 'counts'>) {
  const me = useMe()
  const { filter, hrefTo } = address
  return (
    <nav aria-label={text.views.label} className="no-scrollbar flex gap-1.5 overflow-x-auto px-4 pb-2">
      {viewsOf(me)
        .filter((view) => view !== filter.view || filter.page)
        .map((view) => (
          <Link
            key={view}
            to={hrefTo({ view, page: '' })}
            className={clsx(
              'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full border border-border-strong px-2.5',
              view === 'closing' && counts?.views.closing ? 'text-warn-text' : 'text-text-muted',
            )}
          >
            {text.views[view]}
            <span className="text-2xs">{countText(counts?.views[view])}</span>
          </Link>
        ))}
    </nav>
  )
}

function SearchField({ address }: { address: Address }) {
  const [words, setWords] = useState(address.filter.q ?? '')
  const { go } = address
  useEffect(() => {
    const q = words.trim()
    if (q === (address.filter.q ?? '')) return
    const timer = setTimeout(() => go({ q, search: true }, { replace: true }), 200)
    return () => clearTimeout(timer)
  }, [words, address.filter.q, go])
  const close = () => go({ q: '' }, { replace: true })
  return (
    <div className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-sm border border-border-control bg-surface pl-2 focus-within:outline-2 focus-within:outline-focus max-md:h-11">
      <Icon of={Search} className="text-text-faint" />
      <input
        // biome-ignore lint/a11y/noAutofocus: it appears because somebody asked to search.
        autoFocus
        type="search"
        aria-label={text.list.search}
        placeholder={text.list.search}
        value={words}
        maxLength={100}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
          if (event.key === 'ArrowDown' || event.key === 'Enter')
            document.querySelector<HTMLElement>('[data-chat-row]')?.focus()
        }}
        className="min-w-0 flex-1 bg-transparent outline-none max-md:text-[16px] [&::-webkit-search-cancel-button]:hidden"
      />
      <IconButton icon={X} label={text.list.clearSearch} onClick={close} />
    </div>
  )
}
