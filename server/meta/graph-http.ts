import http from 'node:http'
import https from 'node:https'
import { performance } from 'node:perf_hooks'

/** Limits of one call in milliseconds and bytes (SND-12). */
export interface CallLimits {
  connect: number
  headers: number
  total: number
  bodyBytes: number
}

export const callLimits: CallLimits = { connect: 5000, headers: 15_000, total: 30_000, bodyBytes: 1024 * 1024 }

export interface Call {
  method: 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body?: string
  /** Monotonic time (performance.now) after which the request must not be written any more. */
  notAfter?: number
}

/**
 * How a call went, as far as the line tells: `not_sent` means that no byte of the request was written; `lost` that it
 * was, and that no whole answer came back.
 */
export type CallOutcome =
  | { kind: 'answer'; status: number; headers: http.IncomingHttpHeaders; body: string }
  | { kind: 'not_sent'; detail: string }
  | { kind: 'lost'; detail: string }

export interface Line {
  call(call: Call): Promise<CallOutcome>
  close(): void
}

/**
 * Calls by node:http and not by fetch, because only here is it known whether the request was written: that decides
 * between "safe to send again" and "nobody knows" (SND-3). Redirects are answers like any other; none is followed.
 */
export function openLine(limits: CallLimits = callLimits): Line {
  // Idle sockets are given up before Meta does it: a request written to a socket closed over there has an unknown end.
  const idle = { keepAlive: true, timeout: 4000 }
  const agents = { 'http:': new http.Agent(idle), 'https:': new https.Agent(idle) }
  return {
    call: (call) => performCall(call, limits, agents),
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

function performCall(
  { method, url, headers, body, notAfter }: Call,
  limits: CallLimits,
  agents: { 'http:': http.Agent; 'https:': https.Agent },
): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const secure = url.protocol === 'https:'
    const options: https.RequestOptions = { method, headers, agent: secure ? agents['https:'] : agents['http:'] }
    const request = (secure ? https : http).request(url, options)
    let written = false
    const timers = new Set<NodeJS.Timeout>()
    const end = (outcome: CallOutcome) => {
      for (const timer of timers) clearTimeout(timer)
      resolve(outcome)
      if (outcome.kind !== 'answer') request.destroy()
    }
    const fail = (detail: string) => end({ kind: written ? 'lost' : 'not_sent', detail })
    const within = (ms: number, what: string) => {
      const timer = setTimeout(() => fail(`${what} took longer than ${ms} ms`), ms)
      timers.add(timer)
      return timer
    }
    const connecting = within(limits.connect, 'connecting')
    within(limits.total, 'the call')

    request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.name))
    request.on('socket', (socket) => {
      const write = () => {
        clearTimeout(connecting)
        if (notAfter !== undefined && performance.now() > notAfter) return fail('the lease ran out before the call')
        written = true
        const waiting = within(limits.headers, 'the answer')
        request.on('response', () => clearTimeout(waiting))
        request.end(body)
      }
      if (request.reusedSocket) write()
      else socket.once(secure ? 'secureConnect' : 'connect', write)
    })
    request.on('response', (response) => {
      const parts: Buffer[] = []
      let size = 0
      response.on('data', (part: Buffer) => {
        size += part.length
        if (size > limits.bodyBytes) fail(`the answer is larger than ${limits.bodyBytes} bytes`)
        else parts.push(part)
      })
      response.on('error', () => fail('the answer broke off'))
      response.on('close', () => {
        if (!response.complete) fail('the answer broke off')
      })
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response
        if (response.complete)
          end({ kind: 'answer', status: statusCode, headers: answered, body: Buffer.concat(parts).toString('utf8') })
      })
    })
  })
}
