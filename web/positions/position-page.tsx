import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, CircleAlert, Compass } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { ApiError } from '../api.ts'
import { Screen } from '../app/area.tsx'
import { useKeys } from '../app/keyboard.ts'
import { may, useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { ThreadSkeleton } from '../ui/skeleton.tsx'
import { PositionActions } from './position-actions.tsx'
import { PositionForm } from './position-form.tsx'
import { PositionHolders } from './position-holders.tsx'
import { PositionPreview } from './position-preview.tsx'
import { positionQuery } from './position-queries.ts'
import { positionText as words } from './text.ts'

const list = '/team/positions'

export default function PositionPage() {
  const { positionId = '' } = useParams()
  const navigate = useNavigate()
  const leave = () => void navigate(list)
  useKeys({ Escape: leave })
  return positionId === 'new' ? <NewPosition /> : <KnownPosition key={positionId} id={positionId} />
}

function NewPosition() {
  return (
    <Screen title={words.new} end={<Back />}>
      <Body>
        <PositionForm position={null} />
      </Body>
    </Screen>
  )
}

function KnownPosition({ id }: { id: string }) {
  const me = useMe()
  const navigate = useNavigate()
  const { data: position, error, refetch } = useQuery(positionQuery(id))
  if (!position) {
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 400)
    return (
      <Screen title={words.title} end={<Back />}>
        {!error ? (
          <div className="flex flex-1" aria-busy="true">
            <ThreadSkeleton />
          </div>
        ) : gone ? (
          <EmptyState icon={Compass} title={words.gone} action={{ label: words.back, run: () => void navigate(list) }}>
            {words.goneBody}
          </EmptyState>
        ) : (
          <EmptyState
            icon={CircleAlert}
            warn
            role="alert"
            title={words.oneFailed}
            action={{ label: text.retry, run: () => void refetch() }}
          >
            {text.error.body}
          </EmptyState>
        )}
      </Screen>
    )
  }
  return (
    <Screen
      title={position.name}
      end={
        <>
          <Back />
          {may(me, 'position:manage') && <PositionActions position={position} />}
        </>
      }
    >
      <Body
        side={
          <>
            {may(me, 'position:manage', 'position:assign') && <PositionPreview id={id} />}
            <PositionHolders position={position} />
          </>
        }
      >
        {/* A change from elsewhere is taken over; what one has typed is not thrown away before it is saved. */}
        <PositionForm key={position.updatedAt} position={position} />
      </Body>
    </Screen>
  )
}

function Back() {
  return (
    <Link
      to={list}
      className="flex h-8 items-center gap-1.5 rounded-sm px-2 text-text-muted hover:text-text max-md:h-11"
    >
      <Icon of={ArrowLeft} />
      <span className="max-md:sr-only">{words.back}</span>
    </Link>
  )
}

function Body({ side, children }: { side?: ReactNode; children: ReactNode }) {
  return (
    <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
      <div className="flex min-h-full max-xl:flex-col">
        <div className="min-w-0 max-w-[720px] flex-1 px-4 py-5">{children}</div>
        {side && <div className="w-80 shrink-0 border-border max-xl:w-full max-xl:border-t xl:border-l">{side}</div>}
      </div>
    </div>
  )
}
