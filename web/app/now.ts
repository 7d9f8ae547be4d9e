import { useSyncExternalStore } from 'react'
import { serverNow } from '../api.ts'

interface Ticker {
  subscribe: (listener: () => void) => () => void
  read: () => number
}

const tickers = new Map<number, Ticker>()

/** One timer per pace for the whole screen, running only while somebody looks at it. */
function ticker(every: number): Ticker {
  const listeners = new Set<() => void>()
  let now = serverNow()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    now = serverNow()
    for (const listener of listeners) listener()
  }
  return {
    subscribe(listener) {
      if (listeners.size === 0) {
        now = serverNow()
        timer = setInterval(tick, every)
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) clearInterval(timer)
      }
    },
    read() {
      // Without a timer the answer still has to be the same twice in a row.
      if (listeners.size === 0) now = Math.floor(serverNow() / every) * every
      return now
    },
  }
}

/** The server's time, fresh every so often. */
export function useNow(every: 1_000 | 15_000): number {
  let shared = tickers.get(every)
  if (!shared) {
    shared = ticker(every)
    tickers.set(every, shared)
  }
  return useSyncExternalStore(shared.subscribe, shared.read)
}
