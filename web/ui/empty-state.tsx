import { clsx } from 'clsx'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

interface Props {
  icon: LucideIcon
  title: ReactNode
  children?: ReactNode
  warn?: boolean
  action?: { label: string; run: () => void }
  role?: 'alert'
  /** Below which heading it stands. */
  heading?: 'h2' | 'h3'
}

/** Why there is nothing here, and the one thing to do about it. */
export function EmptyState({ icon, title, children, warn, action, role, heading: Heading = 'h3' }: Props) {
  return (
    <div
      role={role}
      className="flex flex-1 flex-col items-center justify-center px-6 py-10 text-center text-text-muted"
    >
      <Icon of={icon} size={20} className={clsx(warn ? 'text-warn' : 'text-text-faint')} />
      <Heading className="mt-3 max-w-64 text-balance font-semibold text-base text-text">{title}</Heading>
      {children && <p className="mt-1 max-w-64 text-balance">{children}</p>}
      {action && (
        <Button size="sm" className="mt-4" onClick={action.run}>
          {action.label}
        </Button>
      )}
    </div>
  )
}
