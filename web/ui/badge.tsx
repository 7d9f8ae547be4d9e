import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export function Badge({ children, label, className }: { children: ReactNode; label?: string; className?: string }) {
  return (
    <span
      className={clsx(
        'inline-grid h-[18px] min-w-[18px] shrink-0 place-items-center rounded-full bg-accent px-[5px] font-semibold text-2xs text-on-accent leading-[18px]',
        className,
      )}
    >
      <span aria-hidden={label !== undefined}>{children}</span>
      {label && <span className="sr-only">{label}</span>}
    </span>
  )
}

/** A word about the thing it stands beside. */
export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="inline-grid h-[18px] shrink-0 place-items-center rounded-xs border border-border-strong px-1.5 text-2xs text-text-muted">
      {children}
    </span>
  )
}

const colours = {
  live: 'bg-live',
  warn: 'bg-warn',
  danger: 'bg-danger',
  off: 'shadow-[inset_0_0_0_1.5px_var(--color-text-faint)]',
}

export function Dot({ look, className }: { look: keyof typeof colours; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={clsx('inline-block size-[7px] shrink-0 rounded-full', colours[look], className)}
    />
  )
}
