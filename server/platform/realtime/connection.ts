import type { WebSocket } from 'ws'
import { closeCode, type LiveError } from '../../../shared/events.ts'
import type { Actor } from '../http/route.ts'

/** What one socket may cost us, and how long silence is believed (RT-6). */
export interface LiveLimits {
  bufferedBytes: number
  bufferedFrames: number
  socketsPerUser: number
  frameBytes: number
  framesPerSecond: number
  strikes: number
  pingMs: number
  deadMs: number
}

export const liveLimits: LiveLimits = {
  bufferedBytes: 1024 * 1024,
  bufferedFrames: 1000,
  socketsPerUser: 10,
  frameBytes: 64 * 1024,
  framesPerSecond: 20,
  strikes: 3,
  pingMs: 25_000,
  deadMs: 60_000,
}

const graceMs = 2000

export interface ConnectionEvents {
  resumed(): void
  /** What was buffered has gone out. */
  drained(): void
  closed(): void
}

/** One person's socket: what it has been sent, and what it may still be sent. */
export class Connection {
  /** Replaced when what the person may do has changed. */
  actor: Actor
  /** `waiting` for the first frame, `behind` while it is sent what it missed, then `live`. */
  state: 'waiting' | 'behind' | 'live' | 'closed' = 'waiting'
  /** The last change it was considered for; null while it wants only what comes from now on. */
  cursor: number | null = null
  readonly #socket: WebSocket
  readonly #limits: LiveLimits
  readonly #events: ConnectionEvents
  #unsent = 0
  #strikes = 0
  #second = 0
  #framesThisSecond = 0
  #heardAt = performance.now()
  #pingedAt = performance.now()

  constructor(socket: WebSocket, actor: Actor, limits: LiveLimits, events: ConnectionEvents) {
    this.#socket = socket
    this.actor = actor
    this.#limits = limits
    this.#events = events
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    socket.on('pong', () => this.#heard())
    socket.on('close', () => this.#end())
    // A frame over the limit ends here: ws answers with 1009 and would otherwise wait long for the other side.
    socket.on('error', () => this.#terminateSoon())
  }

  /** Whether more may be queued without nearing the limit: catching up goes at the reader's pace. */
  get hasRoom(): boolean {
    return (
      this.#unsent < this.#limits.bufferedFrames / 2 && this.#socket.bufferedAmount < this.#limits.bufferedBytes / 2
    )
  }

  /** Sends a frame that may be shared with other sockets. A reader that is too slow is cut off and may resume. */
  send(frame: Buffer | string): void {
    if (this.state === 'closed') return
    const full = this.#unsent >= this.#limits.bufferedFrames || this.#socket.bufferedAmount > this.#limits.bufferedBytes
    if (full) {
      this.close(closeCode.tooSlow)
      return
    }
    this.#unsent++
    this.#socket.send(frame, { binary: false }, () => {
      this.#unsent--
      if (this.#unsent === 0) this.#events.drained()
    })
  }

  close(code: number): void {
    if (this.state === 'closed') return
    this.#socket.close(code)
    this.#terminateSoon()
    this.#end()
  }

  terminate(): void {
    this.#socket.terminate()
    this.#end()
  }

  /** Keeps the socket awake and ends it when nothing was heard for too long. */
  checkPulse(): void {
    const now = performance.now()
    if (now - this.#heardAt >= this.#limits.deadMs) this.terminate()
    else if (now - this.#pingedAt >= this.#limits.pingMs) {
      this.#pingedAt = now
      this.#socket.ping()
    }
  }

  #heard(): void {
    this.#heardAt = performance.now()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#heard()
    if (this.state === 'closed') return
    const refusal = this.#tooMany() ? 'too_many_frames' : this.#obey(isBinary ? null : parseFrame(data))
    if (refusal) this.#strike(refusal)
  }

  #obey(frame: { type: unknown; since?: unknown } | null): LiveError | null {
    if (frame === null) return 'invalid_frame'
    if (frame.type === 'ping') this.send('{"type":"pong"}')
    else if (frame.type === 'resume') return this.#resume(frame.since)
    else return 'unknown_type'
    return null
  }

  #resume(since: unknown): LiveError | null {
    if (this.state !== 'waiting' || !(since === null || isSeq(since))) return 'invalid_frame'
    this.state = 'behind'
    this.cursor = since
    this.#events.resumed()
    return null
  }

  #tooMany(): boolean {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#framesThisSecond = 0
    this.#second = second
    return ++this.#framesThisSecond > this.#limits.framesPerSecond
  }

  /** A fixed code, nothing of the input; the third ends the connection (RT-7). */
  #strike(code: LiveError): void {
    this.send(JSON.stringify({ type: 'error', code }))
    if (++this.#strikes >= this.#limits.strikes) this.close(closeCode.badFrames)
  }

  #terminateSoon(): void {
    const timer = setTimeout(() => this.#socket.terminate(), graceMs)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  #end(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#events.closed()
  }
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function parseFrame(data: Buffer): { type: unknown; since?: unknown } | null {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'))
    return typeof value === 'object' && value !== null && 'type' in value ? value : null
  } catch {
    return null
  }
}
