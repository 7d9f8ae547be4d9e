import { clsx } from 'clsx'
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock, LoaderCircle, type LucideIcon, Unplug } from 'lucide-react'
import type { SendState } from '../../shared/message.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { Icon } from '../ui/icon.tsx'
import { myOutbox } from './my-outbox.ts'
import { useOutbox } from './outbox.ts'

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

/** A message the server does not have yet: on its way, or waiting for the way back. */
export function PendingMark({ id }: { id: string }) {
  const items = useOutbox(myOutbox(useMe().id))
  const waits = items.find((item) => item.key === id)?.state === 'waiting'
  return (
    <span className="flex items-center gap-[3px]">
      <Icon of={waits ? Unplug : LoaderCircle} size={14} />
      {waits ? text.outbox.waiting : text.outbox.posting}
    </span>
  )
}
