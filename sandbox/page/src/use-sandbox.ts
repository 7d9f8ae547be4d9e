import { useCallback, useEffect, useRef, useState } from 'react'
import { call, type LogLine, liveUrl, type Side, type SummaryView, type ThreadView } from './api.ts'

export type Chosen = Record<Side, string | null>

export interface SandboxState {
  summary: SummaryView | null
  threads: Record<string, ThreadView>
  lines: LogLine[]
  connected: boolean
  chosen: Chosen
  choose: (personId: string) => void
}

const LINES_KEPT = 200
const client = Math.random().toString(36).slice(2)

/** The newest thread in which the customer spoke last, or the newest of all. */
function firstChoice(summary: SummaryView, side: Side): string | null {
  const ids = new Set(summary.people.filter((person) => person.platform === side).map((person) => person.id))
  const threads = summary.threads
    .filter((thread) => ids.has(thread.personId))
    .sort(
      (a, b) =>
        Number(b.lastFrom === 'customer') - Number(a.lastFrom === 'customer') || (b.lastAt ?? 0) - (a.lastAt ?? 0),
    )
  return threads[0]?.personId ?? null
}

/** Keeps the page's picture of the sandbox by its live events. The shown phones count as looked at while visible. */
export function useSandbox(): SandboxState {
  const [summary, setSummary] = useState<SummaryView | null>(null)
  const [threads, setThreads] = useState<Record<string, ThreadView>>({})
  const [lines, setLines] = useState<LogLine[]>([])
  const [connected, setConnected] = useState(false)
  const [chosen, setChosen] = useState<Chosen>({ instagram: null, page: null })
  const [connections, setConnections] = useState(0)
  const [visible, setVisible] = useState(!document.hidden)
  const latest = useRef(summary)
  latest.current = summary

  useEffect(() => {
    const source = new EventSource(liveUrl(client))
    source.addEventListener('summary', (event) => setSummary(JSON.parse(event.data) as SummaryView))
    source.addEventListener('thread', (event) => {
      const thread = JSON.parse(event.data) as ThreadView
      setThreads((known) => ({ ...known, [thread.id]: thread }))
    })
    source.addEventListener('lines', (event) => {
      const fresh = JSON.parse(event.data) as LogLine[]
      setLines((known) => [...known, ...fresh].slice(-LINES_KEPT))
    })
    source.onopen = () => {
      setConnected(true)
      setConnections((count) => count + 1)
    }
    source.onerror = () => setConnected(false)
    const onVisible = (): void => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      source.close()
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [])

  useEffect(() => {
    if (connections === 0) return
    call<SummaryView & { log: LogLine[] }>('GET', 'state').then(
      (state) => setLines(state.log.slice(-LINES_KEPT)),
      () => {},
    )
  }, [connections])

  useEffect(() => {
    if (!summary) return
    const known = new Set(summary.people.map((person) => person.id))
    setChosen((current) => {
      const keep = (side: Side): string | null => {
        const id = current[side]
        return id && known.has(id) ? id : firstChoice(summary, side)
      }
      const next = { instagram: keep('instagram'), page: keep('page') }
      return next.instagram === current.instagram && next.page === current.page ? current : next
    })
  }, [summary])

  const threadIds = [chosen.instagram, chosen.page]
    .map((personId) => summary?.threads.find((thread) => thread.personId === personId)?.id)
    .filter((id): id is string => id !== undefined)
    .join(' ')

  useEffect(() => {
    if (connections === 0) return
    const ids = threadIds.split(' ').filter(Boolean)
    void call('PUT', `live/${client}/phones`, { threads: visible ? ids : [] }).catch(() => {})
    if (!visible) return
    for (const id of ids) {
      call<ThreadView>('GET', `threads/${encodeURIComponent(id)}`).then(
        (thread) => setThreads((known) => ({ ...known, [thread.id]: thread })),
        () => {},
      )
    }
  }, [threadIds, visible, connections])

  const choose = useCallback((personId: string) => {
    const person = latest.current?.people.find((candidate) => candidate.id === personId)
    if (person) setChosen((current) => ({ ...current, [person.platform]: personId }))
  }, [])

  return { summary, threads, lines, connected, chosen, choose }
}
