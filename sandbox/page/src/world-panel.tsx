import { call, type Fault, type SummaryView, type Switches, type ThreadView } from './api.ts'
import { clockFace, span } from './format.ts'
import { Segments, Switch } from './switch.tsx'

const HOUR = 3_600_000

type NewFault = Partial<Fault> & { kind: Fault['kind'] }

const TOGGLES: { label: string; hint: string; fault: NewFault }[] = [
  { label: 'Rate limit on every send', hint: 'code 613', fault: { kind: 'rate_limited', code: 613 } },
  { label: 'Time out after success', hint: 'sent, but the answer is lost', fault: { kind: 'timeout_after_success' } },
  { label: 'Token expired', hint: 'code 190', fault: { kind: 'token_expired', scope: 'all' } },
]

/** Faults one uses less often, one at a time. */
const OTHERS: [string, NewFault][] = [
  [
    'Outside the window (10)',
    {
      kind: 'error',
      status: 403,
      code: 10,
      subcode: 2018278,
      message: '(#10) This message is sent outside of allowed window.',
    },
  ],
  [
    'Person not available (551)',
    { kind: 'error', code: 551, subcode: 1545041, message: "(#551) This person isn't available right now." },
  ],
  [
    'Judged abusive (368)',
    {
      kind: 'error',
      code: 368,
      message: '(#368) The action attempted has been deemed abusive or is otherwise disallowed',
    },
  ],
  [
    'Error, though delivered (1)',
    { kind: 'error', status: 500, code: 1, subcode: 1357046, stored: true, message: '(#1) An unknown error occurred' },
  ],
  ['Server error (500)', { kind: 'server_error' }],
  ['Line cut after success', { kind: 'reset_after_success' }],
  ['No answer, nothing sent', { kind: 'timeout' }],
  ['200 with broken JSON', { kind: 'garbage' }],
  ['200 with a web page', { kind: 'html' }],
  ['200 with nothing', { kind: 'empty' }],
  ['Slow by 5 s', { kind: 'slow', ms: 5_000 }],
]

const alike = (fault: NewFault, other: NewFault): boolean =>
  fault.kind === other.kind && (other.code === undefined || fault.code === other.code)

export interface WorldPanelProps {
  summary: SummaryView
  thread: ThreadView | undefined
  now: number
  onError: (error: unknown) => void
}

function Clock({ summary, thread, now, onError }: WorldPanelProps) {
  const { offsetMs } = summary.clock
  const set = (body: Record<string, number>): void => {
    call('POST', 'clock', body).catch(onError)
  }
  const toEnd = (thread?.windowEndsAt ?? 0) - now
  return (
    <section className="section">
      <h2>
        Clock
        {offsetMs !== 0 && (
          <span className="warn">
            {span(Math.abs(offsetMs))} {offsetMs > 0 ? 'ahead of' : 'behind'} real time
          </span>
        )}
      </h2>
      <p className="clock" role="timer" aria-label="Time in the sandbox">
        {clockFace(now)}
      </p>
      <div className="row">
        <button type="button" className="button small" onClick={() => set({ advanceMs: HOUR })}>
          + 1 h
        </button>
        <button
          type="button"
          className="button small"
          disabled={toEnd <= 0}
          onClick={() => set({ advanceMs: toEnd + 1_000 })}
        >
          To window end
        </button>
        <button type="button" className="button small" onClick={() => set({ advanceMs: 7 * 24 * HOUR })}>
          + 7 days
        </button>
        <button
          type="button"
          className="button small quiet"
          disabled={offsetMs === 0}
          onClick={() => set({ offsetMs: 0 })}
        >
          Now
        </button>
      </div>
    </section>
  )
}

function Faults({ summary, onError }: WorldPanelProps) {
  const { faults, switches } = summary
  const put = (next: NewFault[]): void => {
    call('PUT', 'faults', next).catch(onError)
  }
  const flip = (change: Partial<Switches>): void => {
    call('PUT', 'switches', change).catch(onError)
  }
  const other = OTHERS.findIndex(([, fault]) => faults.some((one) => alike(one, fault)))
  const withoutOther = faults.filter((one) => TOGGLES.some(({ fault }) => alike(one, fault)))
  const bad = [
    switches.deliverTwice,
    switches.outOfOrder,
    switches.paused,
    switches.echo !== 'after',
    switches.delayMs > 0,
  ]
  const on = faults.length + bad.filter(Boolean).length
  return (
    <section className="section">
      <h2>
        Faults<span className="faint">{on} on</span>
      </h2>
      {TOGGLES.map(({ label, hint, fault }) => {
        const active = faults.some((one) => alike(one, fault))
        const next = active ? faults.filter((one) => !alike(one, fault)) : [...faults, fault]
        return <Switch key={label} label={label} hint={hint} on={active} onChange={() => put(next)} />
      })}
      <label className="switch-line">
        <span className="grow">Another answer</span>
        <select
          className="input"
          aria-label="Another answer to every send"
          value={other}
          onChange={(event) => {
            const chosen = OTHERS[Number(event.target.value)]
            put(chosen ? [...withoutOther, chosen[1]] : withoutOther)
          }}
        >
          <option value={-1}>None</option>
          {OTHERS.map(([name], index) => (
            <option key={name} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Switch
        label="Deliver each webhook twice"
        on={switches.deliverTwice}
        onChange={(deliverTwice) => flip({ deliverTwice })}
      />
      <Switch label="Deliver out of order" on={switches.outOfOrder} onChange={(outOfOrder) => flip({ outOfOrder })} />
      <Switch label="Hold all webhooks" on={switches.paused} onChange={(paused) => flip({ paused })} />
      <Segments
        label="Echo of a send"
        value={switches.echo}
        options={[
          ['before', 'Before'],
          ['after', 'After'],
          ['twice', 'Twice'],
          ['never', 'Never'],
        ]}
        onChange={(echo) => flip({ echo })}
      />
      <Segments
        label="Delay"
        value={String(switches.delayMs)}
        options={[
          ['0', 'None'],
          ['3000', '3 s'],
          ['60000', '60 s'],
        ]}
        onChange={(delay) => flip({ delayMs: Number(delay) })}
      />
    </section>
  )
}

export function WorldPanel(props: WorldPanelProps) {
  return (
    <>
      <Clock {...props} />
      <Faults {...props} />
    </>
  )
}
