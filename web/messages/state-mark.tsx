import { clsx } from 'clsx'
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock, LoaderCircle, type LucideIcon } from 'lucide-react'
import type { SendState } from '../../shared/message.ts'
import { text } from '../text.ts'
import { Icon } from '../ui/icon.tsx'

const icons: Record<SendState, LucideIcon> = {
  queued: Clock,
  sending: LoaderCircle,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  failed: CircleAlert,
  unknown: CircleHelp,
}

/** How far a message has come: a small mark and the word. */
export function StateMark({ state }: { state: SendState }) {
  return (
    <span className={clsx('flex items-center gap-[3px]', state === 'read' && 'text-accent-text')}>
      <Icon of={icons[state]} size={14} />
      {text.state[state]}
    </span>
  )
}
