import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Plus, ShieldCheck } from 'lucide-react'
import { useNavigate } from 'react-router'
import { permissionCodes } from '../../shared/permissions.ts'
import type { Position } from '../../shared/position.ts'
import { Screen } from '../app/area.tsx'
import { may, useMe } from '../auth/session.ts'
import { number } from '../dates.ts'
import { text } from '../text.ts'
import { Tag } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { type Column, DataTable, TableSkeleton } from '../ui/data-table.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { positionsQuery } from './position-queries.ts'
import { positionText as words } from './text.ts'

export default function PositionList() {
  const me = useMe()
  const navigate = useNavigate()
  const { data, error, isPending, refetch } = useQuery(positionsQuery)
  const create = () => void navigate('/team/positions/new')
  return (
    <Screen
      title={words.title}
      end={
        may(me, 'position:manage') && (
          <Button look="primary" onClick={create} className="max-md:h-11">
            <Icon of={Plus} />
            {words.new}
          </Button>
        )
      }
    >
      {isPending ? (
        <TableSkeleton />
      ) : error && !data ? (
        <EmptyState
          icon={CircleAlert}
          warn
          role="alert"
          title={words.failed}
          action={{ label: text.retry, run: () => void refetch() }}
        >
          {text.error.body}
        </EmptyState>
      ) : data?.length === 0 ? (
        <EmptyState icon={ShieldCheck} title={words.emptyTitle}>
          {words.empty}
        </EmptyState>
      ) : (
        <DataTable
          label={words.label}
          rows={data ?? []}
          rowKey={(position) => position.id}
          href={(position) => `/team/positions/${position.id}`}
          columns={columns}
          narrow={(position) => <NarrowRow position={position} />}
        />
      )}
    </Screen>
  )
}

const allows = (position: Position) => words.allowsCount(position.permissions.length, permissionCodes.length)

function Name({ position }: { position: Position }) {
  return (
    <span className="flex items-center gap-2">
      <bdi className="truncate">{position.name}</bdi>
      {position.isSystem && <Tag>{words.system}</Tag>}
      {position.fault && <span className="truncate text-danger-text text-xs">{words.faultShort[position.fault]}</span>}
    </span>
  )
}

const columns: Column<Position>[] = [
  {
    key: 'name',
    head: words.name,
    width: 'minmax(180px,1fr)',
    cell: (position) => <Name position={position} />,
  },
  {
    key: 'description',
    head: words.description,
    width: 'minmax(120px,1.6fr)',
    from: 700,
    cell: (position) => (
      <span className="text-text-muted" title={position.description ?? undefined}>
        {position.description}
      </span>
    ),
  },
  { key: 'allows', head: words.allows, width: '110px', cell: allows },
  { key: 'holders', head: words.holders, width: '80px', end: true, cell: (position) => number(position.holders) },
]

function NarrowRow({ position }: { position: Position }) {
  return (
    <>
      <Name position={position} />
      <span className="block truncate text-text-muted text-xs">
        {words.people(position.holders)} · {words.allows}: {allows(position)}
      </span>
    </>
  )
}
