import { useEffect, useEffectEvent } from 'react'
import type { Chat } from '../../shared/chat.ts'
import { useMe } from '../auth/session.ts'
import { useMarkRead } from './mark-read.ts'

const looksFor = 600

/** Marks the open chat read while its own agent has it before their eyes. */
export function useReading(chat: Chat) {
  const me = useMe()
  const { mutate, isPending } = useMarkRead()
  const unread = chat.unreadCount > 0 && chat.assignedTo === me.id
  const read = useEffectEvent(() => {
    if (document.visibilityState === 'visible' && !isPending) mutate(chat.id)
  })
  // The count is a reason to look again: another message may have come while the last answer was on its way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    if (!unread) return
    const timer = setTimeout(read, looksFor)
    document.addEventListener('visibilitychange', read)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', read)
    }
  }, [unread, chat.id, chat.unreadCount])
}
