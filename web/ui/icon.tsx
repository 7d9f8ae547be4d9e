import { clsx } from 'clsx'
import type { LucideIcon } from 'lucide-react'

interface Props {
  of: LucideIcon
  size?: 12 | 14 | 16 | 18 | 20
  className?: string
}

/** An icon as decoration: the control around it carries the name. The stroke stays 1.5 px at every size. */
export function Icon({ of: Drawing, size = 16, className }: Props) {
  return <Drawing width={size} height={size} className={clsx('icon', className)} aria-hidden="true" />
}
