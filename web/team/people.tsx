import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { CircleAlert, FileUp, Plus, Users } from 'lucide-react'
import { useRef, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import type { DirectoryUser } from '../../shared/team.ts'
import { Screen } from '../app/area.tsx'
import { useKeys } from '../app/keyboard.ts'
import { useNow } from '../app/now.ts'
import { usePages } from '../app/pages.ts'
import { useFilters } from '../app/search-params.ts'
import { may, useMe } from '../auth/session.ts'
import { age, fullDate, number } from '../dates.ts'
import { positionsQuery } from '../positions/position-queries.ts'
import { text } from '../text.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Tag } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { type Column, DataTable, TableSkeleton } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { Icon } from '../ui/icon.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { AddPerson } from './add-person.tsx'
import { type PeopleFilter, peopleQuery } from './people-queries.ts'
import { PersonPanel } from './person-panel.tsx'
import { PersonPosition, PersonState } from './person-state.tsx'
import { teamText } from './text.ts'

const words = teamText.people
const list = '/team/people'
const names = ['q', 'role', 'position', 'state'] as const
type Filters = ReturnType<typeof useFilters<(typeof names)[number]>>

const states = {
  active: { active: 'true' },
  inactive: { active: 'false' },
  available: { active: 'true', available: 'true' },
  away: { active: 'true', available: 'false' },
} as const

function filterOf({ q, role, position, state }: Filters['values']): PeopleFilter {
  return {
    ...(q ? { q } : {}),
    ...(role === 'admin' || role === 'agent' ? { role } : {}),
    ...(position ? { position } : {}),
    ...(state in states ? states[state as keyof typeof states] : {}),
  }
}

export default function People() {
  const me = useMe()
  const navigate = useNavigate()
  const { userId = null } = useParams()
  const filters = useFilters(names)
  const { rows, first, error, isPending, more, refetch } = usePages(
    useInfiniteQuery(peopleQuery(filterOf(filters.values))),
  )
  const [adding, setAdding] = useState(false)
  const mayAdd = may(me, 'user:invite')
  return (
    <Screen
      title={words.title}
      end={
        mayAdd && (
          <>
            <Button className="max-md:h-11" onClick={() => void navigate('/team/people/import')}>
              <Icon of={FileUp} />
              {words.import}
            </Button>
            <Button look="primary" className="max-md:h-11" onClick={() => setAdding(true)}>
              <Icon of={Plus} />
              {words.add}
            </Button>
          </>
        )
      }
    >
      <PeopleFilters filters={filters} totals={first?.totals} />
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
          <EmptyState
            icon={Users}
            title={words.noneTitle}
            action={{
              label: words.clear,
              run: () => filters.set({ q: null, role: null, position: null, state: null }),
            }}
          >
            {words.none}
          </EmptyState>
        ) : (
          <DataTable
            label={words.label}
            rows={rows}
            rowKey={(person) => person.id}
            href={(person) => filters.hrefTo({}, `${list}/${person.id}`)}
            current={userId}
            columns={rows.some((person) => person.profile) ? columns : namesOnly}
            narrow={(person) => <NarrowRow person={person} />}
            dim={(person) => !person.isActive}
            total={first?.totals.matching}
            more={more}
          />
        )}
        {userId && <PersonPanel key={userId} id={userId} back={filters.hrefTo({}, list)} />}
      </div>
      {adding && <AddPerson onClose={() => setAdding(false)} />}
    </Screen>
  )
}

interface FiltersProps {
  filters: Filters
  totals: (Parameters<typeof words.totals>[0] & { matching: number }) | undefined
}

function PeopleFilters({ filters: { values, set, narrowed }, totals }: FiltersProps) {
  const me = useMe()
  const field = useRef<HTMLInputElement>(null)
  useKeys({ '/': () => field.current?.focus() })
  const seesPositions = may(me, 'position:manage', 'position:assign', 'user:invite', 'user:manage')
  const { data: positions } = useQuery({ ...positionsQuery, enabled: seesPositions })
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-border border-b px-4 py-2">
      <SearchField
        ref={field}
        label={words.search}
        value={values.q}
        onChange={(q) => set({ q })}
        className="w-56 max-md:w-full"
      />
      <FilterSelect label={words.stateFilter} value={values.state} onChange={(state) => set({ state })}>
        <option value="">{words.anyState}</option>
        {Object.entries(words.states).map(([state, label]) => (
          <option key={state} value={state}>
            {label}
          </option>
        ))}
      </FilterSelect>
      <FilterSelect label={words.roleFilter} value={values.role} onChange={(role) => set({ role })}>
        <option value="">{words.anyRole}</option>
        <option value="admin">{words.admin}</option>
        <option value="agent">{words.agent}</option>
      </FilterSelect>
      {positions && (
        <FilterSelect label={words.positionFilter} value={values.position} onChange={(position) => set({ position })}>
          <option value="">{words.anyPosition}</option>
          <option value="none">{words.noPosition}</option>
          {positions.map((position) => (
            <option key={position.id} value={position.id}>
              {position.name}
            </option>
          ))}
        </FilterSelect>
      )}
      {totals && (
        <span className="ml-auto text-text-muted max-md:ml-0" role="status">
          {narrowed > 0 ? words.matching(totals.matching, totals.people) : words.totals(totals)}
        </span>
      )}
    </div>
  )
}

function Name({ person }: { person: DirectoryUser }) {
  const me = useMe()
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar id={person.id} name={person.name} size={24} />
      <bdi className="truncate">{person.name}</bdi>
      {person.id === me.id && <span className="shrink-0 text-text-muted">{words.you}</span>}
      {person.role === 'admin' && <Tag>{words.admin}</Tag>}
    </span>
  )
}

const signInName = ({ profile }: DirectoryUser) => profile?.email ?? profile?.contactNumber ?? profile?.empId ?? ''

const columns: Column<DirectoryUser>[] = [
  { key: 'name', head: words.name, width: 'minmax(180px,1.4fr)', cell: (person) => <Name person={person} /> },
  {
    key: 'signIn',
    head: words.signIn,
    width: 'minmax(120px,1fr)',
    from: 900,
    cell: (person) => <bdi className="text-text-muted">{signInName(person)}</bdi>,
  },
  {
    key: 'position',
    head: words.position,
    width: 'minmax(120px,1fr)',
    cell: (person) => <PersonPosition person={person} />,
  },
  { key: 'chats', head: words.chats, width: '72px', end: true, cell: (person) => number(person.assignedChats) },
  {
    key: 'state',
    head: words.state,
    width: '124px',
    cell: (person) => <PersonState person={person} />,
  },
  {
    key: 'seen',
    head: words.seen,
    width: '84px',
    from: 760,
    end: true,
    cell: (person) => <Seen at={person.lastSeenAt} />,
  },
]

/** For whoever hands out chats: how people sign in is not theirs to see. */
const namesOnly = columns.filter(({ key }) => key !== 'signIn')

function Seen({ at }: { at: string | null }) {
  const now = useNow(15_000)
  if (!at) return <span className="text-text-faint">{words.never}</span>
  return (
    <time dateTime={at} title={fullDate(at)} className="text-text-muted">
      {age(at, now)}
    </time>
  )
}

function NarrowRow({ person }: { person: DirectoryUser }) {
  return (
    <>
      <Name person={person} />
      <span className="mt-0.5 flex items-center gap-2 pl-8.5 text-text-muted text-xs">
        <PersonState person={person} />
        <span className="min-w-0 truncate">
          <PersonPosition person={person} />
        </span>
      </span>
    </>
  )
}
