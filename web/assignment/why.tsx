import { useQuery } from '@tanstack/react-query'
import { useNow } from '../app/now.ts'
import { useMe } from '../auth/session.ts'
import { fullDate, moment } from '../dates.ts'
import { text } from '../text.ts'
import { assignmentsQuery } from './assignment-queries.ts'
import { reasonDetail, reasonWords } from './reason.ts'

/** Why the chat is where it is: every move with its reason, newest first. */
export function Why({ chatId }: { chatId: string }) {
  const me = useMe()
  const now = useNow(15_000)
  const { data, error, refetch } = useQuery(assignmentsQuery(chatId))
  if (error) {
    return (
      <p className="text-text-muted text-xs">
        {text.details.reasonsFailed}{' '}
        <button type="button" className="link" onClick={() => void refetch()}>
          {text.retry}
        </button>
      </p>
    )
  }
  if (!data) return <div className="h-9" aria-busy="true" />
  if (data.length === 0) return <p className="text-text-muted text-xs">{text.details.noReasons}</p>
  return (
    <ul className="why text-text-muted text-xs">
      {data.map((assignment) => {
        const detail = reasonDetail(assignment)
        return (
          <li key={assignment.id}>
            <b className="font-medium text-text">{reasonWords(assignment, me)}</b>
            <time dateTime={assignment.at} title={fullDate(assignment.at)} className="whitespace-nowrap">
              , {moment(assignment.at, now)}
            </time>
            {detail && <div className="break-words">{detail}</div>}
          </li>
        )
      })}
    </ul>
  )
}
