import { clsx } from 'clsx'
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
} from 'react'

interface Props {
  /** What it hangs on, and where the focus goes back to. */
  anchor: RefObject<HTMLElement | null>
  open: boolean
  onClose: () => void
  label: string
  align?: 'start' | 'end'
  side?: 'below' | 'above' | 'right'
  role?: 'menu' | 'dialog'
  className?: string
  children: ReactNode
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
}

const gap = 4
const edge = 8

/** Something that floats beside its anchor in the browser's top layer; Escape and a press outside close it. */
export function Popover({
  anchor,
  open,
  onClose,
  label,
  align = 'start',
  side = 'below',
  role = 'dialog',
  className,
  children,
  onKeyDown,
}: Props) {
  const box = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(onClose)

  useLayoutEffect(() => {
    const element = box.current
    const from = anchor.current
    if (!open || !element || !from) return
    element.showPopover()
    const place = () => position(element, from.getBoundingClientRect(), side, align)
    place()
    const first = element.querySelector<HTMLElement>(
      '[data-autofocus], [role^="menuitem"]:not([aria-disabled="true"]), button, input',
    )
    first?.focus({ preventScroll: true })
    const resized = new ResizeObserver(place)
    resized.observe(element)
    addEventListener('resize', place)
    const toggled = (event: ToggleEvent) => event.newState === 'closed' && close()
    element.addEventListener('toggle', toggled)
    return () => {
      resized.disconnect()
      removeEventListener('resize', place)
      element.removeEventListener('toggle', toggled)
    }
  }, [open, anchor, side, align])

  useEffect(() => {
    if (!open) return
    const from = anchor.current
    return () => {
      const lost = document.activeElement === document.body || document.activeElement === null
      if (lost) from?.focus({ preventScroll: true })
    }
  }, [open, anchor])

  if (!open) return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the role is menu or dialog.
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is menu or dialog.
    <div
      ref={box}
      popover="auto"
      role={role}
      aria-label={label}
      tabIndex={-1}
      className={clsx('floating fixed outline-none', className)}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  )
}

function position(element: HTMLElement, at: DOMRect, side: 'below' | 'above' | 'right', align: 'start' | 'end') {
  const { offsetWidth: width, offsetHeight: height } = element
  let left = align === 'start' ? at.left : at.right - width
  let top = at.bottom + gap
  if (side === 'right') {
    left = at.right + gap
    top = align === 'start' ? at.top : at.bottom - height
  } else if (side === 'above' || (top + height > innerHeight - edge && at.top - height - gap > edge)) {
    top = at.top - height - gap
  }
  element.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`
  element.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`
}
