import { clsx } from 'clsx'
import { Check, type LucideIcon } from 'lucide-react'
import { type ComponentProps, createContext, type KeyboardEvent, type ReactNode, use } from 'react'
import { Icon } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import { Popover } from './popover.tsx'

const CloseMenu = createContext<() => void>(() => {})

/** A list of things to do. Arrows, Home, End and first letters move; Enter does; Escape closes. */
export function Menu({ children, className, ...popover }: Omit<ComponentProps<typeof Popover>, 'role' | 'onKeyDown'>) {
  return (
    <Popover {...popover} role="menu" className={clsx('min-w-52 p-1', className)} onKeyDown={moveFocus}>
      <CloseMenu value={popover.onClose}>{children}</CloseMenu>
    </Popover>
  )
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>) {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([aria-disabled="true"])')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const to = nextItem(event.key, at, items)
  if (!to) return
  event.preventDefault()
  to.focus()
}

function nextItem(key: string, at: number, items: HTMLElement[]): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ') return undefined
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return after.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))
}

interface ItemProps {
  icon?: LucideIcon
  keys?: string
  danger?: boolean
  disabled?: boolean
  /** Given: one of several choices, or a thing that is on or off. */
  checked?: boolean
  /** Of choices, one at a time; otherwise each for itself. */
  radio?: boolean
  /** Stays open, for switches. */
  keepOpen?: boolean
  onSelect: () => void
  children: ReactNode
  end?: ReactNode
}

export function MenuItem({
  icon,
  keys,
  danger,
  disabled,
  checked,
  radio,
  keepOpen,
  onSelect,
  children,
  end,
}: ItemProps) {
  const close = use(CloseMenu)
  const role = checked === undefined ? 'menuitem' : radio ? 'menuitemradio' : 'menuitemcheckbox'
  const select = () => {
    if (disabled) return
    if (!keepOpen) close()
    onSelect()
  }
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of three menu items, all but one with a state.
    <button
      type="button"
      role={role}
      aria-checked={checked}
      aria-disabled={disabled}
      tabIndex={-1}
      onClick={select}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      className={clsx(
        'flex h-8 w-full items-center gap-2.5 rounded-sm px-2 text-start outline-none focus:bg-surface-selected max-md:h-11',
        danger && 'text-danger-text',
        disabled && 'text-text-disabled',
      )}
    >
      {icon && <Icon of={icon} className={danger ? '' : 'text-text-muted'} />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {end}
      {checked && <Icon of={Check} className="text-text-muted" />}
      {keys && <Kbd>{keys}</Kbd>}
    </button>
  )
}

export function MenuSeparator() {
  return <hr className="-mx-1 my-1 border-border" />
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <div className="px-2 pt-1.5 pb-0.5 font-medium text-2xs text-text-faint">{children}</div>
}
