import { useEffect, useState } from 'react'
import { ActionsPanel } from './actions-panel.tsx'
import { call, type MessageView, type Side, type SummaryView } from './api.ts'
import { Icon, type IconName } from './icon.tsx'
import { LineLogPanel } from './line-log.tsx'
import { PeoplePanel } from './people-panel.tsx'
import { Phone } from './phone.tsx'
import { useSandbox } from './use-sandbox.ts'
import { WorldPanel } from './world-panel.tsx'

type Pane = 'phone' | 'people' | 'world'

const PANES: [Pane, string, IconName][] = [
  ['phone', 'Phone', 'phone'],
  ['people', 'People', 'people'],
  ['world', 'World', 'world'],
]

function useNow(offsetMs: number): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now + offsetMs
}

function webhookState(summary: SummaryView, connected: boolean): { tone: string; text: string } {
  if (!connected) return { tone: 'danger', text: 'The sandbox is gone; waiting for it' }
  const { url, delivered, waiting, ok, lastResult } = summary.webhook
  const host = new URL(url).host
  if (summary.switches.paused) return { tone: 'warn', text: `Webhooks are held, ${waiting} waiting` }
  if (ok === false && waiting > 0)
    return { tone: 'warn', text: `${host} does not take webhooks (${lastResult}), ${waiting} waiting` }
  return {
    tone: 'live',
    text: `Webhooks to ${host}, ${delivered} delivered${waiting > 0 ? `, ${waiting} waiting` : ''}`,
  }
}

function Header({
  summary,
  connected,
  onError,
}: {
  summary: SummaryView
  connected: boolean
  onError: (error: unknown) => void
}) {
  const state = webhookState(summary, connected)
  const startOver = (): void => {
    if (confirm('Start over? All people and messages of this sandbox are made anew. The inbox keeps what it has.')) {
      call('POST', 'reset', {}).catch(onError)
    }
  }
  return (
    <header className="top">
      <svg className="brand" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
        <path
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          d="M11.4 17.2h4.8a5.8 5.8 0 0 0 5.8-5.8V8.3a5.8 5.8 0 0 0-5.8-5.800H8.800A5.800 5.800 0 0 0 3 8.300v2.900"
        />
        <path fill="currentColor" d="M1 23.200c-.2-6 3-11.400 11.600-14.200 1 7.200-3.200 12.900-9.500 13z" />
        <path
          className="cut"
          fill="none"
          strokeWidth="1.1"
          strokeLinecap="round"
          d="M3 20.600c1.500-3.200 3.500-5.700 6.300-7.900M9.200 19.600 6.800 17.700M11.500 16.300 9 15.100"
        />
      </svg>
      <h1>Sandbox</h1>
      <span className="muted subtitle">Play the customer</span>
      <span className="grow" />
      <span className="webhook" role="status">
        <span className={`dot ${state.tone}`} />
        <span>{state.text}</span>
      </span>
      <button type="button" className="button small" onClick={startOver}>
        <Icon name="refresh" size={14} />
        <span className="wide">Start over</span>
        <span className="sr">Start over</span>
      </button>
      <a className="button small" href={summary.inboxUrl} target="_blank" rel="noreferrer">
        Open the inbox
        <Icon name="external" size={14} />
      </a>
    </header>
  )
}

export function App() {
  const { summary, threads, lines, connected, chosen, choose } = useSandbox()
  const [side, setSide] = useState<Side>('instagram')
  const [pane, setPane] = useState<Pane>('phone')
  const [quotes, setQuotes] = useState<Record<Side, MessageView | null>>({ instagram: null, page: null })
  const [error, setError] = useState<string | null>(null)
  const now = useNow(summary?.clock.offsetMs ?? 0)
  const onError = (problem: unknown): void => setError(problem instanceof Error ? problem.message : String(problem))

  const phoneOf = (which: Side) => {
    const person = summary?.people.find((candidate) => candidate.id === chosen[which])
    const head = summary?.threads.find((thread) => thread.personId === person?.id)
    return { person, thread: head ? threads[head.id] : undefined }
  }
  const pick = (personId: string): void => {
    const person = summary?.people.find((candidate) => candidate.id === personId)
    choose(personId)
    if (person) setSide(person.platform)
    setPane('phone')
  }
  const quote = (which: Side, message: MessageView | null): void =>
    setQuotes((known) => ({ ...known, [which]: message }))
  const active = phoneOf(side)

  return (
    <>
      <aside className="not-real" aria-label="Nothing is real">
        <Icon name="info" size={14} />
        <span>
          Nothing here is real.{' '}
          <span className="more">Invented people, an invented Meta; no message leaves this machine.</span>
        </span>
      </aside>
      {summary ? (
        <>
          <Header summary={summary} connected={connected} onError={onError} />
          <main className="columns" data-pane={pane} data-side={side}>
            <aside className="side people-side" aria-label="Customers">
              {active.person && active.thread && (
                <ActionsPanel
                  person={active.person}
                  thread={active.thread}
                  onError={onError}
                  onDone={() => setPane('phone')}
                  onQuote={(message) => {
                    quote(side, message)
                    setPane('phone')
                  }}
                />
              )}
              <PeoplePanel summary={summary} chosen={chosen} onChoose={pick} onError={onError} />
            </aside>
            <div className="stage">
              <fieldset className="segments sides" aria-label="Which phone">
                {(['instagram', 'page'] as const).map((which) => (
                  <button key={which} type="button" aria-pressed={side === which} onClick={() => setSide(which)}>
                    {which === 'page' ? 'Messenger' : 'Instagram'}
                  </button>
                ))}
              </fieldset>
              {(['instagram', 'page'] as const).map((which) => (
                <Phone
                  key={which}
                  side={which}
                  people={summary.people.filter((person) => person.platform === which)}
                  person={phoneOf(which).person}
                  thread={phoneOf(which).thread}
                  now={now}
                  active={side === which}
                  quote={quotes[which]}
                  onQuote={(message) => quote(which, message)}
                  onActivate={() => setSide(which)}
                  onChoose={pick}
                  onError={onError}
                />
              ))}
            </div>
            <aside className="side world-side" aria-label="The world">
              <WorldPanel summary={summary} thread={active.thread} now={now} onError={onError} />
              <LineLogPanel lines={lines} />
            </aside>
          </main>
          <nav className="panes" aria-label="Parts of the sandbox">
            {PANES.map(([name, label, icon]) => (
              <button
                key={name}
                type="button"
                aria-current={pane === name ? 'page' : undefined}
                onClick={() => setPane(name)}
              >
                <Icon name={icon} size={20} />
                {label}
              </button>
            ))}
          </nav>
        </>
      ) : (
        <p className="loading">{connected ? 'Getting the people together …' : 'Looking for the sandbox …'}</p>
      )}
      {error !== null && (
        <div className="toast" role="alert">
          <span>{error}</span>
          <button type="button" aria-label="Close" onClick={() => setError(null)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </>
  )
}
