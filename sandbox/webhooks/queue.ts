import type { Platform, State, WebhookEvent } from '../world/model.ts'
import { deliveryBody, signatureHeaders } from './body.ts'

export interface QueueSurroundings {
  state: State
  url: () => string
  /** Virtual time, for `entry.time`. */
  clock: () => number
  concurrency: number
  timeoutMs: number
  retryDelaysMs: number[]
  onAcknowledged: (events: WebhookEvent[]) => void
  changed: () => void
  onAttempt: (attempt: {
    events: WebhookEvent[]
    body: string
    status: string
    ok: boolean
    again: boolean
    ms: number
  }) => void
}

export interface NewEvent {
  object: Platform
  accountId: string
  lane: string
  label: string
  element: Record<string, unknown>
}

interface Lane {
  events: WebhookEvent[]
  busy: boolean
}

export interface WebhookQueue {
  /** Keeps the event until the client's webhook answers 200; resolves then. */
  add(event: NewEvent): Promise<void>
  /** Tries again now whatever waits for its next attempt, and obeys changed switches. */
  kick(): void
  waiting(): number
  /** What the state file keeps: a restart sends these again. */
  pending(): WebhookEvent[]
  /** Forgets whatever waits; nobody is told. */
  clear(): void
  close(): Promise<void>
}

const REORDER_WINDOW_MS = 500

/**
 * Sends signed deliveries and repeats each until it is answered with 200. Events of one lane (a thread) go one
 * after the other, lanes side by side. Starts with what `state.queue` kept from the last run.
 */
export function createWebhookQueue(around: QueueSurroundings): WebhookQueue {
  const { state } = around
  const lanes = new Map<string, Lane>()
  const waiters = new Map<number, () => void>()
  const pending = new Map<number, WebhookEvent>()
  const sleepers = new Set<() => void>()
  const ending = new AbortController()
  const running = new Set<Promise<void>>()
  let ready: string[] = []
  let inFlight = 0
  let reordering = false
  let unreachable = false
  let dueTimer: NodeJS.Timeout | null = null
  let nextId = state.queue.reduce((highest, event) => Math.max(highest, event.id), 0) + 1

  function place(event: WebhookEvent): void {
    pending.set(event.id, event)
    const lane = lanes.get(event.lane)
    if (lane) {
      lane.events.push(event)
      if (!lane.busy && lane.events.length === 1) ready.push(event.lane)
    } else {
      lanes.set(event.lane, { events: [event], busy: false })
      ready.push(event.lane)
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      sleepers.add(wake)
    })
  }

  async function post(body: string): Promise<string> {
    try {
      const response = await fetch(around.url(), {
        method: 'POST',
        body,
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          ...signatureHeaders(state.app.secret, body),
        },
        signal: AbortSignal.any([AbortSignal.timeout(around.timeoutMs), ending.signal]),
      })
      await response.body?.cancel()
      return String(response.status)
    } catch (error) {
      const cause =
        error instanceof Error && error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : null
      if (error instanceof Error && error.name === 'TimeoutError') return 'timeout'
      return cause?.code === 'ECONNREFUSED' ? 'refused' : 'unreachable'
    }
  }

  /** A client that answers but refuses one delivery must not hold up the others; one that is gone may. */
  async function pauseBeforeRetry(attempt: number, answered: boolean): Promise<void> {
    if (!answered) unreachable = true
    else {
      inFlight -= 1
      queueMicrotask(pump)
    }
    await sleep(around.retryDelaysMs[Math.min(attempt, around.retryDelaysMs.length - 1)] ?? 1_000)
    if (answered) inFlight += 1
  }

  async function deliver(events: WebhookEvent[]): Promise<void> {
    const body = deliveryBody(events, around.clock())
    const copies = state.switches.deliverTwice ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      for (let attempt = 0; ; attempt += 1) {
        if (ending.signal.aborted || !events.some((event) => pending.has(event.id))) return
        const begun = performance.now()
        const status = await post(body)
        if (ending.signal.aborted && status !== '200') return
        const ok = status === '200'
        const ms = Math.round(performance.now() - begun)
        around.onAttempt({ events, body, status, ok, again: copy > 0 || attempt > 0, ms })
        if (ok) break
        await pauseBeforeRetry(attempt, /^\d+$/.test(status))
      }
    }
    for (const event of events) {
      pending.delete(event.id)
      waiters.get(event.id)?.()
      waiters.delete(event.id)
    }
    state.delivered += events.length
    around.onAcknowledged(events)
    if (unreachable) {
      // The client is back: what waits for its next attempt need not wait any longer.
      unreachable = false
      for (const wake of [...sleepers]) wake()
    }
    around.changed()
  }

  function start(work: Promise<void>, done: () => void): void {
    const tracked = work.finally(() => {
      running.delete(tracked)
      done()
      pump()
    })
    running.add(tracked)
  }

  /** Takes due events from free lanes, as many as a delivery may hold, all of one object. */
  function take(): { events: WebhookEvent[]; names: string[] } | null {
    const now = Date.now()
    const events: WebhookEvent[] = []
    const names: string[] = []
    const later: string[] = []
    let object: Platform | null = null
    let soonest = Number.POSITIVE_INFINITY
    while (ready.length > 0 && events.length < state.switches.batch) {
      const name = ready.shift() ?? ''
      const lane = lanes.get(name)
      const head = lane?.events[0]
      if (!lane || !head) continue
      if (head.dueAt > now || (object !== null && head.object !== object)) {
        if (head.dueAt > now) soonest = Math.min(soonest, head.dueAt)
        later.push(name)
        continue
      }
      object = head.object
      lane.busy = true
      names.push(name)
      while (events.length < state.switches.batch && (lane.events[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= now) {
        const event = lane.events.shift()
        if (event) events.push(event)
      }
    }
    ready = [...later, ...ready]
    if (events.length === 0 && soonest < Number.POSITIVE_INFINITY) {
      if (dueTimer) clearTimeout(dueTimer)
      dueTimer = setTimeout(pump, soonest - now)
    }
    return events.length > 0 ? { events, names } : null
  }

  function release(name: string): void {
    const lane = lanes.get(name)
    if (!lane) return
    lane.busy = false
    if (lane.events.length > 0) ready.push(name)
    else lanes.delete(name)
  }

  /** Gathers what comes within a moment and sends it backwards, one delivery at a time. */
  async function deliverBackwards(): Promise<void> {
    await sleep(REORDER_WINDOW_MS + state.switches.delayMs)
    const gathered: WebhookEvent[] = []
    for (const [name, lane] of lanes) {
      if (lane.busy) continue
      gathered.push(...lane.events)
      lanes.delete(name)
    }
    ready = []
    gathered.sort((a, b) => b.id - a.id)
    while (gathered.length > 0 && !ending.signal.aborted) {
      const object = gathered[0]?.object
      let size = 1
      while (size < state.switches.batch && gathered[size]?.object === object) size += 1
      await deliver(gathered.splice(0, size))
    }
  }

  function pump(): void {
    if (ending.signal.aborted || state.switches.paused || reordering) return
    if (state.switches.outOfOrder) {
      if (ready.length === 0) return
      reordering = true
      start(deliverBackwards(), () => {
        reordering = false
      })
      return
    }
    while (inFlight < around.concurrency) {
      const next = take()
      if (!next) return
      inFlight += 1
      start(deliver(next.events), () => {
        inFlight -= 1
        for (const name of next.names) release(name)
      })
    }
  }

  for (const event of [...state.queue].sort((a, b) => a.id - b.id)) place(event)
  setImmediate(pump)

  return {
    add(event) {
      const dueAt = Date.now() + state.switches.delayMs
      const queued: WebhookEvent = { ...event, id: nextId, dueAt }
      nextId += 1
      const acknowledged = new Promise<void>((resolve) => waiters.set(queued.id, resolve))
      place(queued)
      around.changed()
      queueMicrotask(pump)
      return acknowledged
    },
    kick() {
      for (const wake of [...sleepers]) wake()
      pump()
    },
    waiting: () => pending.size,
    pending: () => [...pending.values()],
    clear() {
      pending.clear()
      lanes.clear()
      ready = []
      for (const acknowledge of waiters.values()) acknowledge()
      waiters.clear()
      for (const wake of [...sleepers]) wake()
    },
    async close() {
      ending.abort()
      if (dueTimer) clearTimeout(dueTimer)
      for (const wake of [...sleepers]) wake()
      await Promise.all(running)
    },
  }
}
