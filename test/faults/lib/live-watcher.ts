import { WebSocket } from 'ws'
import type { ServerFrame } from '../../../shared/events.ts'

/** A screen that stays on through everything: comes back after each cut and goes on where it was. */
export interface LiveWatcher {
  /** How often each new message came. */
  seen: ReadonlyMap<string, number>
  /** How often it was told to fetch everything again. */
  resyncs(): number
  /** Numbers that did not grow. */
  backwards(): number
  close(): void
}

const comeBackAfter = 100

export function watchLive({
  url,
  cookie,
}: {
  url: () => string
  cookie: string
}): LiveWatcher & { ready: Promise<void> } {
  const seen = new Map<string, number>()
  let resyncs = 0
  let backwards = 0
  let last: number | null = null
  let closed = false
  let socket: WebSocket
  let isReady = () => {}
  const ready = new Promise<void>((resolve) => {
    isReady = resolve
  })

  function receive(frame: ServerFrame): void {
    if (frame.type === 'ready') {
      last ??= frame.seq
      isReady()
    }
    if (frame.type === 'resync') {
      resyncs++
      last = frame.seq
    }
    if (frame.type !== 'change') return
    if (last !== null && frame.seq <= last) backwards++
    last = frame.seq
    if (frame.change.type !== 'message.created') return
    const { id } = frame.change.message
    seen.set(id, (seen.get(id) ?? 0) + 1)
  }

  function connect(): void {
    socket = new WebSocket(`${url().replace('http', 'ws')}/api/v1/live`, { headers: { cookie } })
    socket.on('open', () => socket.send(JSON.stringify({ type: 'resume', since: last })))
    socket.on('message', (data) => receive(JSON.parse(String(data)) as ServerFrame))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (!closed) setTimeout(connect, comeBackAfter)
    })
  }
  connect()
  return {
    ready,
    seen,
    resyncs: () => resyncs,
    backwards: () => backwards,
    close() {
      closed = true
      socket.terminate()
    },
  }
}
