import { type Change, type ClientFrame, closeCode, type ServerFrame } from '../shared/events.ts'

export type Connection =
  | { state: 'connecting' | 'catching_up' | 'live' }
  /** `since`: when it was lost. */
  | { state: 'offline'; since: number }

interface Options {
  onChange: (seq: number, change: Change) => void
  /** Everything on screen may be old: fetch again. */
  onResync: (seq: number) => void
  /** Caught up, and from here on live. `seq` is what any snapshot must be as new as. */
  onReady: (seq: number) => void
  onConnection: (connection: Connection) => void
  onSignedOut: () => void
}

const pingEvery = 25_000
const silentFor = 60_000
const longestWait = 20_000

/** Waits longer after each failure, and never at the same moment as the other browsers. */
export const backoff = (failures: number, random = Math.random()) =>
  Math.min(longestWait, 500 * 2 ** Math.min(failures, 6)) * (0.5 + random / 2)

/** Keeps one socket to `/api/v1/live`, resuming after the last change seen. Returns how to end it. */
export function connectLive(options: Options): () => void {
  let socket: WebSocket | null = null
  let last: number | null = null
  let failures = 0
  let ended = false
  let lostAt: number | null = null
  let heardAt = 0
  let retry: ReturnType<typeof setTimeout> | undefined

  const send = (frame: ClientFrame) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame))

  const open = () => {
    clearTimeout(retry)
    if (ended || socket) return
    const address = new URL('/api/v1/live', location.href)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const mine = new WebSocket(address)
    socket = mine
    mine.onopen = () => {
      heardAt = Date.now()
      options.onConnection({ state: last === null ? 'connecting' : 'catching_up' })
      send({ type: 'resume', since: last })
    }
    mine.onmessage = (event) => {
      heardAt = Date.now()
      receive(JSON.parse(String(event.data)))
    }
    mine.onclose = (event) => {
      if (socket === mine) lost(event.code)
    }
  }

  const lost = (code: number) => {
    socket = null
    if (ended) return
    if (code === closeCode.signedOut) return options.onSignedOut()
    lostAt ??= Date.now()
    options.onConnection({ state: 'offline', since: lostAt })
    failures += code === closeCode.tooManySockets ? 4 : 1
    retry = setTimeout(open, backoff(failures))
  }

  /** A dead line may take minutes to say that it is closed: it counts as lost at once. */
  const drop = () => {
    const dead = socket
    if (!dead) return
    lost(1006)
    dead.close()
  }

  const receive = (frame: ServerFrame) => {
    switch (frame.type) {
      case 'change':
        last = Math.max(last ?? 0, frame.seq)
        return options.onChange(frame.seq, frame.change)
      case 'ready':
      case 'resync':
        last = frame.type === 'resync' ? frame.seq : Math.max(last ?? 0, frame.seq)
        failures = 0
        lostAt = null
        options.onConnection({ state: 'live' })
        return frame.type === 'ready' ? options.onReady(frame.seq) : options.onResync(frame.seq)
      default:
        return
    }
  }

  const beat = setInterval(() => {
    if (!socket) return
    if (Date.now() - heardAt > silentFor) drop()
    else send({ type: 'ping' })
  }, pingEvery)

  const now = () => {
    failures = 0
    open()
  }
  const seen = () => document.visibilityState === 'visible' && now()
  addEventListener('online', now)
  addEventListener('offline', drop)
  document.addEventListener('visibilitychange', seen)
  open()

  return () => {
    ended = true
    clearTimeout(retry)
    clearInterval(beat)
    removeEventListener('online', now)
    removeEventListener('offline', drop)
    document.removeEventListener('visibilitychange', seen)
    socket?.close()
  }
}
