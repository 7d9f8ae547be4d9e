import { CircleAlert, Compass } from 'lucide-react'
import { useNavigate } from 'react-router'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'

/** Something in the page itself broke, or its files are gone after an upgrade: loading again fetches the new ones. */
export function Crash() {
  return (
    <div className="flex h-full bg-surface">
      <EmptyState
        icon={CircleAlert}
        warn
        role="alert"
        title={text.error.crashTitle}
        action={{ label: text.error.reload, run: () => location.reload() }}
      >
        {text.error.crash}
      </EmptyState>
    </div>
  )
}

export function NotFound() {
  const navigate = useNavigate()
  return (
    <main className="flex flex-1 bg-surface">
      <EmptyState
        icon={Compass}
        title={text.error.notFoundTitle}
        action={{ label: text.error.toInbox, run: () => navigate('/') }}
      >
        {text.error.notFound}
      </EmptyState>
    </main>
  )
}
