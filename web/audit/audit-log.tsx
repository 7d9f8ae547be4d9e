import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { CircleAlert, Download, ListFilter, ScrollText, X } from 'lucide-react'
import { type AuditEvent, auditActions } from '../../shared/audit.ts'
import { call, pathOf } from '../api.ts'
import { Screen } from '../app/area.tsx'
import { useNow } from '../app/now.ts'
import { byCursor, usePages } from '../app/pages.ts'
import { useFilters } from '../app/search-params.ts'
import { fullDate, moment } from '../dates.ts'
import { text } from '../text.ts'
import { type Column, DataTable, TableSkeleton } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { Icon } from '../ui/icon.tsx'
import { AuditEventPanel } from './audit-event-panel.tsx'
import { actorName, targetName } from './event-words.ts'
import { actionWords, auditText as words } from './text.ts'

const names = ['action', 'from', 'to', 'actor', 'actorName', 'target', 'targetName', 'event'] as const

type Filters = ReturnType<typeof useFilters<(typeof names)[number]>>

/** The days of the filter as instants: the last one counts whole. */
function queryOf({ action, from, to, actor, target }: Filters['values']) {
  const start = Date.parse(`${from}T00:00`)
  const end = new Date(`${to}T00:00`)
  end.setDate(end.getDate() + 1)
  return {
    ...(action ? { action } : {}),
    ...(Number.isNaN(start) ? {} : { from: new Date(start).toISOString() }),
    ...(Number.isNaN(end.getTime()) ? {} : { to: end.toISOString() }),
    ...(actor ? { actor } : {}),
    ...(target ? { target } : {}),
  }
}

const auditQuery = (query: ReturnType<typeof queryOf>) =>
  infiniteQueryOptions({
    queryKey: ['audit', query] as const,
    queryFn: async ({ pageParam, signal }) =>
      (
        await call('GET /audit-events', {
          query: { ...query, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          signal,
        })
      ).answer,
    ...byCursor,
    staleTime: 0,
  })

export default function AuditLog() {
  const filters = useFilters(names)
  const query = queryOf(filters.values)
  const { rows, error, isPending, more, refetch } = usePages(useInfiniteQuery(auditQuery(query)))
  const narrowed = Object.keys(query).length
  const current = filters.values.event
  const open = rows.find((event) => event.id === current)
  return (
    <Screen
      title={words.title}
      end={
        <a
          href={pathOf('GET /audit-events/export', { query })}
          download
          className="inline-flex h-8 items-center gap-1.5 rounded-sm border border-border-strong px-3 font-medium hover:bg-surface-hover max-md:h-11"
        >
          <Icon of={Download} />
          {words.export}
        </a>
      }
    >
      <AuditFilters filters={filters} narrowed={narrowed} />
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
          <NoEvents narrowed={narrowed} clear={() => filters.set(nothing)} />
        ) : (
          <DataTable
            label={words.label}
            rows={rows}
            rowKey={(event) => event.id}
            href={(event) => filters.hrefTo({ event: event.id })}
            current={current}
            columns={columns}
            narrow={(event) => <NarrowRow event={event} />}
            more={more}
          />
        )}
        {open && <AuditEventPanel event={open} back={filters.hrefTo({ event: null })} hrefTo={filters.hrefTo} />}
      </div>
    </Screen>
  )
}

const nothing = Object.fromEntries(names.map((name) => [name, null]))

function NoEvents({ narrowed, clear }: { narrowed: number; clear: () => void }) {
  if (narrowed === 0) {
    return (
      <EmptyState icon={ScrollText} title={words.emptyTitle}>
        {words.empty}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={ListFilter} title={words.noneTitle} action={{ label: words.clear, run: clear }}>
      {words.none(narrowed)}
    </EmptyState>
  )
}

function AuditFilters({ filters: { values, set }, narrowed }: { filters: Filters; narrowed: number }) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-border border-b px-4 py-2">
      <FilterSelect label={words.action} value={values.action} onChange={(action) => set({ action })}>
        <option value="">{words.anyAction}</option>
        {auditActions.map((action) => (
          <option key={action} value={action}>
            {actionWords(action)}
          </option>
        ))}
      </FilterSelect>
      <DayFilter label={words.since} value={values.from} onChange={(from) => set({ from })} />
      <DayFilter label={words.until} value={values.to} onChange={(to) => set({ to })} />
      {values.actor && (
        <Chip words={words.onlyBy(values.actorName)} remove={() => set({ actor: null, actorName: null })} />
      )}
      {values.target && (
        <Chip words={words.onlyAbout(values.targetName)} remove={() => set({ target: null, targetName: null })} />
      )}
      {narrowed > 1 && (
        <button type="button" className="link px-1" onClick={() => set(nothing)}>
          {words.clear}
        </button>
      )}
    </div>
  )
}

function DayFilter({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) {
  return (
    <label className="flex items-center gap-1.5 text-text-muted">
      {label}
      <input
        type="date"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 rounded-sm border border-border-control bg-surface px-2 text-text max-md:h-11"
      />
    </label>
  )
}

function Chip({ words: shown, remove }: { words: string; remove: () => void }) {
  return (
    <span className="inline-flex h-8 max-w-64 items-center gap-1 rounded-sm border border-accent bg-accent-soft pl-2.5">
      <bdi className="truncate">{shown}</bdi>
      <button
        type="button"
        aria-label={words.remove(shown)}
        onClick={remove}
        className="grid size-7 place-items-center rounded-sm text-text-muted hover:text-text"
      >
        <Icon of={X} size={14} />
      </button>
    </span>
  )
}

const columns: Column<AuditEvent>[] = [
  { key: 'what', head: words.what, width: 'minmax(150px,1fr)', cell: (event) => actionWords(event.action) },
  { key: 'who', head: words.who, width: 'minmax(110px,1fr)', cell: (event) => <bdi>{actorName(event)}</bdi> },
  { key: 'whom', head: words.whom, width: 'minmax(110px,1.2fr)', cell: (event) => <bdi>{targetName(event)}</bdi> },
  {
    key: 'from',
    head: words.from,
    width: '130px',
    from: 860,
    cell: (event) => <span className="text-text-muted">{event.ip}</span>,
  },
  { key: 'when', head: words.when, width: '130px', end: true, cell: (event) => <When at={event.at} /> },
]

function When({ at }: { at: string }) {
  const now = useNow(15_000)
  return (
    <time dateTime={at} title={fullDate(at)} className="text-text-muted">
      {moment(at, now)}
    </time>
  )
}

function NarrowRow({ event }: { event: AuditEvent }) {
  return (
    <>
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 flex-1 truncate">{actionWords(event.action)}</span>
        <span className="text-xs">
          <When at={event.at} />
        </span>
      </span>
      <span className="block truncate text-text-muted text-xs">
        <bdi>{actorName(event)}</bdi>
        {targetName(event) && (
          <>
            {' · '}
            <bdi>{targetName(event)}</bdi>
          </>
        )}
      </span>
    </>
  )
}
