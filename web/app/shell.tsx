import { useQuery } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Outlet, useNavigate } from 'react-router'
import { ApiError } from '../api.ts'
import { MeContext, meQuery, useMe } from '../auth/session.ts'
import { countsQuery } from '../chats/chat-queries.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { BottomBar } from './bottom-bar.tsx'
import { useKeys } from './keyboard.ts'
import { Live } from './live.tsx'
import { Rail } from './rail.tsx'
import { teamScreensOf } from './team-screens.ts'

const ShortcutsDialog = lazy(() => import('../palette/shortcuts-dialog.tsx'))
const MustSetUpTotp = lazy(() => import('../account/must-set-up.tsx'))
const loadPalette = () => import('../palette/palette.tsx')
const Palette = lazy(loadPalette)

/** What stands around every screen of somebody who is signed in. */
export function Shell() {
  const { data, error, refetch } = useQuery(meQuery)
  const [last, setLast] = useState(data)
  if (data && data !== last) setLast(data)
  const me = data ?? last
  if (me) {
    return (
      <MeContext value={me}>
        {me.mustSetUpTotp ? (
          <Suspense fallback={null}>
            <MustSetUpTotp />
          </Suspense>
        ) : (
          <Live>
            <Frame />
          </Live>
        )}
      </MeContext>
    )
  }
  if (error && !(error instanceof ApiError && error.status === 401)) {
    return (
      <main className="flex h-full bg-surface">
        <EmptyState
          icon={CircleAlert}
          warn
          role="alert"
          title={text.signIn.unreachable}
          action={{ label: text.retry, run: () => void refetch() }}
        >
          {text.error.body}
        </EmptyState>
      </main>
    )
  }
  return <div className="h-full" aria-busy="true" />
}

function Frame() {
  const [dialog, setDialog] = useState<'shortcuts' | 'palette' | null>(null)
  const close = () => setDialog(null)
  const navigate = useNavigate()
  const hasTeam = teamScreensOf(useMe()).length > 0
  useKeys({
    '?': () => setDialog('shortcuts'),
    'g i': () => void navigate('/inbox'),
    'g t': hasTeam ? () => void navigate('/team') : undefined,
  })
  useEffect(() => {
    // Whoever opens it types on at once: fetched only then, it would miss the first letters.
    const early = setTimeout(() => void loadPalette().catch(() => {}), 1_000)
    return () => clearTimeout(early)
  }, [])
  useEffect(() => {
    const toggle = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      setDialog((shown) => (shown === 'palette' ? null : 'palette'))
    }
    addEventListener('keydown', toggle)
    return () => removeEventListener('keydown', toggle)
  }, [])
  return (
    <div className="flex h-full flex-col">
      <SandboxLine />
      <TitleBadge />
      <div className="flex min-h-0 flex-1 max-md:flex-col">
        <Rail onShortcuts={() => setDialog('shortcuts')} />
        <div className="flex min-h-0 min-w-0 flex-1">
          <Outlet />
        </div>
        <BottomBar onShortcuts={() => setDialog('shortcuts')} />
      </div>
      {/* While it is on its way the keys are not shortcuts: an open dialog holds them, if only an empty one. */}
      <Suspense fallback={<dialog open hidden />}>
        {dialog === 'shortcuts' && <ShortcutsDialog onClose={close} />}
        {dialog === 'palette' && <Palette onClose={close} onShortcuts={() => setDialog('shortcuts')} />}
      </Suspense>
    </div>
  )
}

function SandboxLine() {
  const { sandboxUrl } = useMe()
  if (!sandboxUrl) return null
  return (
    <aside
      aria-label={text.sandbox.label}
      className="flex min-h-7 shrink-0 flex-wrap items-center justify-center gap-x-3 border-border border-b bg-warn-soft px-3 py-1 text-warn-text text-xs"
    >
      <span>{text.sandbox.nothingReal}</span>
      <a href={sandboxUrl} target="_blank" rel="noreferrer" className="font-medium underline underline-offset-2">
        {text.sandbox.play}
      </a>
    </aside>
  )
}

/** How much is unread, for the tab that is not in front. */
function TitleBadge() {
  const { data } = useQuery(countsQuery)
  const unread = data?.unreadMine ?? 0
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${text.product}` : text.product
    return () => {
      document.title = text.product
    }
  }, [unread])
  return null
}
