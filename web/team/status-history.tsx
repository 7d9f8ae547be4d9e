import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { CircleAlert, History } from 'lucide-react'
import type { StatusLog } from '../../shared/team.ts'
import { call } from '../api.ts'
import { Screen } from '../app/area.tsx'
import { useNow } from '../app/now.ts'
import { byCursor, usePages } from '../app/pages.ts'
import { useFilters } from '../app/search-params.ts'
import { fullDate, moment } from '../dates.ts'
import { text } from '../text.ts'
import { Dot } from '../ui/badge.tsx'
import { type Column, DataTable, TableSkeleton } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Facts, PanelSection, SidePanel } from '../ui/side-panel.tsx'
import { teamText } from './text.ts'

const words = teamText.history

type Kind = 'users' | 'pages'
const kinds = [
  ['users', words.kinds.users],
  ['pages', words.kinds.pages],
] as const

const logsQuery = (kind: Kind) =>
  infiniteQueryOptions({
    queryKey: ['status-logs', kind] as const,
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }
      const { answer } =
        kind === 'users'
          ? await call('GET /user-status-logs', { query, signal })
          : await call('GET /page-status-logs', { query, signal })
      return answer
    },
    ...byCursor,
    staleTime: 0,
  })

/** Who and what was switched on and off, by whom, when and why. */
export default function StatusHistory() {
  const { values, set, hrefTo } = useFilters(['kind', 'entry'] as const)
  const kind: Kind = values.kind === 'pages' ? 'pages' : 'users'
  const { rows, error, isPending, more, refetch } = usePages(useInfiniteQuery(logsQuery(kind)))
  const open = rows.find((log) => log.id === values.entry)
  return (
    <Screen title={words.title}>
      <div className="shrink-0 border-border border-b px-4 py-2">
        <Segmented label={words.of} value={kind} options={kinds} onChange={(of) => set({ kind: of, entry: null })} />
      </div>
      <div className="flex min-h-0 flex-1">
        {isPending ? (
          <TableSkeleton />
        ) : error && rows.length === 0 ? (
          <EmptyState
            icon={CircleAlert}
            warn
            role="alert"
            title={words.failed}
            action={{ label: text.retry, run: refetch }}
          >
            {text.error.body}
          </EmptyState>
        ) : rows.length === 0 ? (
          <EmptyState icon={History} title={words.emptyTitle}>
            {words.empty[kind]}
          </EmptyState>
        ) : (
          <DataTable
            label={words.label}
            rows={rows}
            rowKey={(log) => log.id}
            href={(log) => hrefTo({ entry: log.id })}
            current={values.entry}
            columns={columns(kind)}
            narrow={(log) => <NarrowRow log={log} />}
            more={more}
          />
        )}
        {open && <Entry log={open} kind={kind} back={hrefTo({ entry: null })} />}
      </div>
    </Screen>
  )
}

function What({ log }: { log: StatusLog }) {
  return (
    <span className="flex items-center gap-2">
      <Dot look={log.changedTo ? 'live' : 'off'} />
      {log.changedTo ? words.activated : words.deactivated}
    </span>
  )
}

function When({ log }: { log: StatusLog }) {
  const now = useNow(15_000)
  return (
    <time dateTime={log.changedAt} title={fullDate(log.changedAt)} className="text-text-muted">
      {moment(log.changedAt, now)}
    </time>
  )
}

const columns = (kind: Kind): Column<StatusLog>[] => [
  { key: 'who', head: words.who[kind], width: 'minmax(140px,1fr)', cell: (log) => <bdi>{log.subject.name}</bdi> },
  { key: 'what', head: words.what, width: '124px', cell: (log) => <What log={log} /> },
  { key: 'by', head: words.by, width: 'minmax(120px,1fr)', cell: (log) => <bdi>{log.changedBy.name}</bdi> },
  {
    key: 'note',
    head: words.note,
    width: 'minmax(120px,1.4fr)',
    from: 760,
    cell: (log) => <bdi className="text-text-muted">{log.note}</bdi>,
  },
  { key: 'when', head: words.when, width: '130px', end: true, cell: (log) => <When log={log} /> },
]

function NarrowRow({ log }: { log: StatusLog }) {
  return (
    <>
      <span className="flex items-baseline gap-2">
        <bdi className="min-w-0 flex-1 truncate">{log.subject.name}</bdi>
        <span className="text-xs">
          <When log={log} />
        </span>
      </span>
      <span className="flex items-center gap-1 truncate text-text-muted text-xs">
        <What log={log} />
        <span aria-hidden="true">·</span>
        <bdi className="truncate">{log.changedBy.name}</bdi>
      </span>
    </>
  )
}

function Entry({ log, kind, back }: { log: StatusLog; kind: Kind; back: string }) {
  return (
    <SidePanel label={words.title} title={<bdi>{log.subject.name}</bdi>} back={back}>
      <PanelSection>
        <Facts>
          <dt>{words.who[kind]}</dt>
          <dd>
            <bdi>{log.subject.name}</bdi>
          </dd>
          <dt>{words.what}</dt>
          <dd>{log.changedTo ? words.activated : words.deactivated}</dd>
          <dt>{words.by}</dt>
          <dd>
            <bdi>{log.changedBy.name}</bdi>
          </dd>
          <dt>{words.when}</dt>
          <dd>{fullDate(log.changedAt)}</dd>
          <dt>{words.note}</dt>
          <dd className="whitespace-pre-line">{log.note ?? teamText.person.none}</dd>
        </Facts>
      </PanelSection>
    </SidePanel>
  )
}
