import { clsx } from 'clsx'
import type { LucideIcon } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { NavLink, Outlet } from 'react-router'
import { text } from '../text.ts'
import { Icon } from '../ui/icon.tsx'

export interface AreaLink {
  to: string
  label: string
  icon: LucideIcon
}

/** Screens that belong together: their names at the side, or above where there is no room for a side. */
export function Area({ title, links }: { title: string; links: AreaLink[] }) {
  return (
    <div className="flex min-h-0 min-w-0 flex-1 max-lg:flex-col">
      <aside
        aria-label={title}
        className="flex shrink-0 flex-col border-border bg-bg max-lg:border-b lg:w-(--size-views) lg:border-r"
      >
        <h1 className="flex h-(--size-bar) shrink-0 items-center px-4 font-semibold text-base max-lg:sr-only">
          {title}
        </h1>
        <nav
          aria-label={title}
          className="no-scrollbar flex max-lg:gap-1 max-lg:overflow-x-auto max-lg:px-2 max-md:pt-[env(safe-area-inset-top)] lg:flex-col"
        >
          {links.map(({ to, label, icon }) => (
            <NavLink
              key={to}
              to={to}
              className={({ isActive }) =>
                clsx(
                  'flex items-center gap-2 whitespace-nowrap px-2 hover:text-text max-lg:h-11 max-lg:shrink-0 max-lg:border-b-2 lg:mx-2 lg:h-7 lg:rounded-sm lg:hover:bg-surface-hover',
                  isActive
                    ? 'font-medium text-text max-lg:border-text lg:bg-surface-active'
                    : 'border-transparent text-text-muted',
                )
              }
            >
              <Icon of={icon} className="max-md:hidden" />
              {label}
            </NavLink>
          ))}
        </nav>
      </aside>
      <Outlet />
    </div>
  )
}

/** One screen of an area. */
export function Screen({ title, end, children }: { title: string; end?: ReactNode; children: ReactNode }) {
  useTitle(title)
  return (
    <main className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
      <header className="flex h-(--size-bar) shrink-0 items-center gap-2 border-border border-b pr-3 pl-4 max-md:h-14">
        <h2 className="min-w-0 flex-1 truncate font-semibold text-base">{title}</h2>
        {end}
      </header>
      {children}
    </main>
  )
}

/** What is written or set, one thing below the other, no wider than one reads with ease. */
export function Column({ children }: { children: ReactNode }) {
  return (
    <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
      <div className="max-w-[608px] px-4 py-5">{children}</div>
    </div>
  )
}

/** The name of the screen for the tab; the shell puts what is unread before it. */
export function useTitle(title: string) {
  useEffect(() => {
    const before = document.title
    document.title = `${title} · ${text.product}`
    return () => {
      document.title = before
    }
  }, [title])
}
