import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { DirectoryUser } from '../../shared/team.ts'
import { call } from '../api.ts'
import { useNow } from '../app/now.ts'
import { fullDate, moment } from '../dates.ts'
import { text } from '../text.ts'
import { PanelSection } from '../ui/side-panel.tsx'
import { teamText } from './text.ts'

const words = teamText.person

const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ['status-logs', 'user', id] as const,
    queryFn: async ({ signal }) =>
      (await call('GET /user-status-logs', { query: { of: id, limit: 20 }, signal })).answer.items,
    staleTime: 0,
  })

/** When somebody was switched off and on, by whom and why. */
export function PersonHistory({ person }: { person: DirectoryUser }) {
  const { data, error, refetch } = useQuery(historyQuery(person.id))
  const now = useNow(15_000)
  const audit = `/team/audit?${new URLSearchParams({ target: person.id, targetName: person.name })}`
  return (
    <PanelSection
      title={words.history}
      end={
        <Link to={audit} className="link">
          {words.audit}
        </Link>
      }
    >
      {error && !data && (
        <p className="text-xs">
          {words.historyFailed}{' '}
          <button type="button" className="link" onClick={() => void refetch()}>
            {text.retry}
          </button>
        </p>
      )}
      {data?.length === 0 && <p className="text-text-muted text-xs">{words.noHistory}</p>}
      <ol className="why text-xs">
        {data?.map((log) => (
          <li key={log.id}>
            <bdi>{log.changedTo ? words.activated(log.changedBy.name) : words.deactivated(log.changedBy.name)}</bdi>
            <time dateTime={log.changedAt} title={fullDate(log.changedAt)} className="text-text-muted">
              , {moment(log.changedAt, now)}
            </time>
            {log.note && (
              <div className="text-text-muted">
                <bdi>“{log.note}”</bdi>
              </div>
            )}
          </li>
        ))}
      </ol>
    </PanelSection>
  )
}
