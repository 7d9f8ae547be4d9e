import { clsx } from 'clsx'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  /** The `option`s; the one with no value is "any". */
  children: ReactNode
}

/** A filter above a list: quiet while it is open to anything, set off once it narrows. */
export function FilterSelect({ label, value, onChange, children }: Props) {
  return (
    <span className="relative inline-block max-w-52">
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={clsx(
          'h-8 max-w-full appearance-none truncate rounded-sm border pr-7 pl-2.5 hover:bg-surface-hover max-md:h-11',
          value ? 'border-accent bg-accent-soft' : 'border-border-strong bg-surface text-text-muted',
        )}
      >
        {children}
      </select>
      <Icon
        of={ChevronDown}
        size={14}
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-text-muted"
      />
    </span>
  )
}
