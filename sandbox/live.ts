import type { ServerResponse } from 'node:http'
import type { LogLine } from './line-log.ts'

export interface Live {
  /** Marks a thread as changed; watchers with it on a phone get its new view within a moment. */
  thread(id: string): void
  /** Marks people, faults, switches, clock and counters as changed. */
  summary(): void
  line(line: LogLine): void
  watch(clientId: string, stream: ServerResponse): void
  /** The threads a watcher shows on its phones; forgotten when it goes. */
  setPhones(clientId: string, threadIds: string[]): void
  isOnAPhone(threadId: string): boolean
  close(): void
}

const FLUSH_MS = 60
const PING_MS = 20_000

export function createLive(views: { thread: (id: string) => unknown; summary: () => unknown }): Live {
  const watchers = new Map<ServerResponse, string>()
  const phones = new Map<string, string[]>()
  const threads = new Set<string>()
  let lines: LogLine[] = []
  let summaryChanged = false
  let timer: NodeJS.Timeout | null = null

  function send(event: string, data: unknown): void {
    const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const stream of watchers.keys()) stream.write(frame)
  }

  function onAPhone(threadId: string): boolean {
    return [...phones.values()].some((ids) => ids.includes(threadId))
  }

  function flush(): void {
    timer = null
    for (const id of threads) {
      if (!onAPhone(id)) continue
      const view = views.thread(id)
      if (view) send('thread', view)
    }
    threads.clear()
    if (lines.length > 0) send('lines', lines)
    lines = []
    if (summaryChanged) send('summary', views.summary())
    summaryChanged = false
  }

  function later(): void {
    if (watchers.size === 0) {
      threads.clear()
      lines = []
      summaryChanged = false
      return
    }
    timer ??= setTimeout(flush, FLUSH_MS)
  }

  const ping = setInterval(() => {
    for (const stream of watchers.keys()) stream.write(': still here\n\n')
  }, PING_MS)
  ping.unref()

  return {
    thread(id) {
      threads.add(id)
      summaryChanged = true
      later()
    },
    summary() {
      summaryChanged = true
      later()
    },
    line(line) {
      lines.push(line)
      summaryChanged = true
      later()
    },
    watch(clientId, stream) {
      watchers.set(stream, clientId)
      stream.write(`event: summary\ndata: ${JSON.stringify(views.summary())}\n\n`)
      stream.on('close', () => {
        watchers.delete(stream)
        if (![...watchers.values()].includes(clientId)) phones.delete(clientId)
      })
    },
    setPhones(clientId, threadIds) {
      if ([...watchers.values()].includes(clientId)) phones.set(clientId, threadIds)
    },
    isOnAPhone: onAPhone,
    close() {
      clearInterval(ping)
      if (timer) clearTimeout(timer)
      for (const stream of watchers.keys()) stream.end()
    },
  }
}
