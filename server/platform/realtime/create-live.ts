import type { WebSocket } from 'ws'
import { closeCode } from '../../../shared/events.ts'
import { onChangesCommitted } from '../db/transaction.ts'
import type { Actor } from '../http/route.ts'
import { Connection, liveLimits } from './connection.ts'
import type { Live, LiveBase, LiveContent, LiveSettings } from './hub.ts'
import { createStream } from './stream.ts'
import { registerLiveRoute } from './upgrade.ts'
import { connectWakeups, type Wakeups } from './wakeups.ts'

/** With Redis the poll is only a net below. */
const calmFactor = 5

/** The live stream of this process: sockets, who is behind them, and what wakes it. */
export function createLive(
  base: LiveBase,
  contentOf: (base: LiveBase) => LiveContent,
  settings: LiveSettings = {},
): Live {
  const { db, config, log, metrics } = base
  const { pollMs = 1000, recheckMs = 1500, replayLimit = 2000 } = settings
  const limits = { ...liveLimits, ...settings.limits }
  const { render, actors } = contentOf(base)
  const connections = new Set<Connection>()
  const stream = createStream(base, { connections, render, recheck, replayLimit })
  const timers: NodeJS.Timeout[] = []
  let committed = 0
  let stopped = true
  let rechecking: Promise<void> = Promise.resolve()
  let wakeups: Wakeups | null = null
  let stopListening = () => {}

  /** One at a time: an older answer must not be applied after a newer one (RT-5). */
  function recheck(): Promise<void> {
    const next = rechecking.then(recheckOnce)
    rechecking = next.catch(() => {})
    return next
  }

  async function recheckOnce() {
    const known = [...connections]
    if (known.length === 0) return
    const current = await actors([...new Set(known.map((c) => c.actor.sessionId))])
    for (const connection of known) {
      const actor = current.get(connection.actor.sessionId)
      if (!actor) {
        connection.close(closeCode.signedOut)
        continue
      }
      const before = connection.actor
      connection.actor = actor
      const listening = connection.state === 'live' || connection.state === 'behind'
      if (listening && !sameAccess(before, actor)) stream.restart(connection)
    }
  }

  /** Runs `work` this often, never twice at a time; the next time makes up for a failure. */
  function every(ms: number, words: string, work: () => Promise<void>) {
    let busy = false
    const tick = () => {
      if (busy) return
      busy = true
      work()
        .catch((error) => log.warn({ err: error }, words))
        .finally(() => {
          busy = false
        })
    }
    timers.push(setInterval(tick, ms))
  }

  function schedule() {
    let ticks = 0
    every(pollMs, 'changes cannot be read', async () => {
      if (!wakeups?.reliable() || ++ticks % calmFactor === 0) await stream.poll()
    })
    every(recheckMs, 'sessions of live connections cannot be read', recheck)
    every(Math.min(5000, limits.pingMs), 'live connections cannot be pinged', async () => {
      for (const connection of connections) connection.checkPulse()
    })
  }

  function accept(socket: WebSocket, actor: Actor) {
    const own = [...connections].filter((c) => c.actor.userId === actor.userId).length
    const connection = new Connection(socket, actor, limits, {
      resumed: stream.nudge,
      drained: () => connection.state === 'behind' && stream.nudge(),
      closed: () => {
        if (connections.delete(connection)) metrics.liveSockets.dec()
      },
    })
    connections.add(connection)
    metrics.liveSockets.inc()
    if (stopped) connection.close(closeCode.restarting)
    else if (own >= limits.socketsPerUser) connection.close(closeCode.tooManySockets)
  }

  async function start() {
    await stream.start()
    stopped = false
    stopListening = onChangesCommitted(db.q, (seq) => {
      committed = Math.max(committed, seq)
      wakeups?.tell()
      stream.nudge()
    })
    if (config.redisUrl) wakeups = await connectWakeups(config.redisUrl, log, stream.nudge)
    schedule()
  }

  async function stop() {
    if (stopped) return
    stopped = true
    stopListening()
    for (const timer of timers.splice(0)) clearInterval(timer)
    for (const connection of [...connections]) connection.close(closeCode.restarting)
    await wakeups?.stop()
    await stream.stop()
    await rechecking
  }

  return {
    lastSeq: () => Math.max(stream.cursor(), committed),
    nudge: stream.nudge,
    start,
    stop,
    register: (app, authenticate) =>
      registerLiveRoute(app, { config, log, limits, authenticate, actors, accept, stop, isStopped: () => stopped }),
  }
}

function sameAccess(a: Actor, b: Actor): boolean {
  if (a.role !== b.role || a.positionId !== b.positionId || a.permissions.size !== b.permissions.size) return false
  return [...a.permissions].every((code) => b.permissions.has(code))
}
