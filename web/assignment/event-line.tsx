import type { ChatAssignment } from '../../shared/chat.ts'
import { useMe } from '../auth/session.ts'
import { clock, fullDate } from '../dates.ts'
import { reasonDetail, reasonWords } from './reason.ts'

/** A move of the chat between its messages. */
export function EventLine({ assignment }: { assignment: ChatAssignment }) {
  const me = useMe()
  const detail = reasonDetail(assignment)
  return (
    <div
      className="mx-auto my-2 max-w-[460px] text-balance text-center text-text-faint text-xs"
      title={fullDate(assignment.at)}
    >
      <span className="font-medium text-text-muted">{reasonWords(assignment, me)}</span>
      {detail && `: ${detail}`} · {clock(assignment.at)}
    </div>
  )
}
