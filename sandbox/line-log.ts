/** One thing that went over the line between the pretend Meta and the client. */
export interface LogLine {
  n: number
  at: number
  /** `out`: a webhook to the client. `in`: a Graph call from it. */
  direction: 'out' | 'in'
  what: string
  result: string
  ok: boolean
  ms: number
  sent: string
  received: string
}

export interface LineLog {
  add(line: Omit<LogLine, 'n'>): void
  list(): LogLine[]
  clear(): void
}

const LINES_KEPT = 300
const RAW_KEPT = 6_000

export function createLineLog(onLine: (line: LogLine) => void): LineLog {
  let lines: LogLine[] = []
  let n = 0
  return {
    add(line) {
      n += 1
      const kept = { ...line, n, sent: line.sent.slice(0, RAW_KEPT), received: line.received.slice(0, RAW_KEPT) }
      lines.push(kept)
      if (lines.length > LINES_KEPT * 2) lines = lines.slice(-LINES_KEPT)
      onLine(kept)
    },
    list: () => lines.slice(-LINES_KEPT),
    clear() {
      lines = []
    },
  }
}
