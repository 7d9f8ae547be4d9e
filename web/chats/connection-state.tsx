import { clsx } from 'clsx'
import { Unplug } from 'lucide-react'
import { useConnection } from '../app/live.tsx'
import { useMe } from '../auth/session.ts'
import { myOutbox } from '../messages/my-outbox.ts'
import { useOutbox } from '../messages/outbox.ts'
import { text } from '../text.ts'
import { Dot } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'

const words = text.connection

/** Messages that could not be handed to the server yet. */
export const useWaiting = () => useOutbox(myOutbox(useMe().id)).filter((item) => item.state === 'waiting').length

/** What is true about the connection at this moment, in two words. */
export function ConnectionState({ className }: { className?: string }) {
  const { state } = useConnection()
  const waiting = useWaiting()
  const [look, label] =
    state === 'live'
      ? (['live', words.live] as const)
      : state === 'offline'
        ? (['off', waiting > 0 ? words.offlineWaiting(waiting) : words.offline] as const)
        : (['warn', state === 'catching_up' ? words.catchingUp : words.connecting] as const)
  return (
    <div role="status" className={clsx('flex items-center gap-2 text-text-muted text-xs', className)}>
      <Dot look={look} />
      {label}
    </div>
  )
}

export function OfflineNote() {
  const waiting = useWaiting()
  return (
    <div className="mx-2 mb-2 flex items-start gap-2 rounded-sm border border-border bg-surface-sunken px-2.5 py-2 text-xs">
      <Icon of={Unplug} className="text-text-muted" />
      <span>
        <b className="font-semibold">{words.offlineBanner}</b>{' '}
        {waiting > 0 ? words.offlineSome(waiting) : words.offlineNone}
      </span>
    </div>
  )
}
