/**
 * Counts failed sign-ins per sign-in name and per address (AUT-4, in this process's memory). Names are counted whether
 * or not they belong to somebody, so that being slowed down tells nothing.
 */
export interface Throttle {
  /** Milliseconds to wait before another try, 0 when one is allowed. */
  waitFor(attempt: Attempt, now: number): number
  failed(attempt: Attempt, now: number): void
  /** A success clears the name; the address keeps its count. */
  succeeded(attempt: Attempt): void
}

export interface Attempt {
  name: string
  ip: string
}

const freeFailures = 5
const longestWait = 15 * 60_000
const forgottenAfter = 60 * 60_000
const perAddress = { failures: 30, window: 60_000 }
const most = 20_000

interface Count {
  failures: number
  last: number
  since: number
}

/** 5 failures cost a second, each further one twice as long, up to 15 minutes. Never for ever. */
const penalty = (failures: number) =>
  failures < freeFailures ? 0 : Math.min(longestWait, 1000 * 2 ** (failures - freeFailures))

export function createThrottle(): Throttle {
  const names = new Map<string, Count>()
  const addresses = new Map<string, Count>()
  return {
    waitFor({ name, ip }, now) {
      const byName = names.get(name)
      const byAddress = addresses.get(ip)
      const nameWait = byName ? byName.last + penalty(byName.failures) - now : 0
      const addressWait =
        byAddress && byAddress.failures >= perAddress.failures ? byAddress.since + perAddress.window - now : 0
      return Math.max(0, nameWait, addressWait)
    },
    failed({ name, ip }, now) {
      count(names, name, now, (c) => now - c.last > forgottenAfter)
      count(addresses, ip, now, (c) => now - c.since >= perAddress.window)
    },
    succeeded({ name }) {
      names.delete(name)
    },
  }
}

function count(counts: Map<string, Count>, key: string, now: number, isOver: (c: Count) => boolean): void {
  const known = counts.get(key)
  const failures = known && !isOver(known) ? known.failures + 1 : 1
  // Re-inserted at the end: what is dropped for room is what was quiet longest.
  counts.delete(key)
  counts.set(key, { failures, last: now, since: failures === 1 || !known ? now : known.since })
  if (counts.size > most) {
    const [oldest] = counts.keys()
    if (oldest !== undefined) counts.delete(oldest)
  }
}
