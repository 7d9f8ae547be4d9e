import type { IncomingHttpHeaders } from 'node:http'
import { performance } from 'node:perf_hooks'
import * as z from 'zod'
import { parseJson } from './graph-errors.ts'

export interface Usage {
  /** Of the allowance, 0 to 100 and above. */
  percent: number
  /** How long Meta wants to be left alone. */
  regainMs: number
}

const slowFrom = 75
const stopFrom = 95
const minute = 60_000
const firstThrottleMs = 15_000
const longestThrottleMs = 5 * minute

const figures = z.record(z.string(), z.unknown())
const useCases = z.record(z.string(), z.array(figures))

const percentOf = (entry: Record<string, unknown>) =>
  Math.max(
    0,
    ...Object.entries(entry).flatMap(([key, v]) =>
      key !== 'estimated_time_to_regain_access' && typeof v === 'number' ? [v] : [],
    ),
  )

/** What the usage headers say about an account: its own entry of the business use case, else the fullest one. */
export function readUsage(headers: IncomingHttpHeaders, account: string): Usage {
  const header = (name: string) => parseJson(String(headers[name] ?? ''))
  const app = figures.safeParse(header('x-app-usage'))
  const business = useCases.safeParse(header('x-business-use-case-usage'))
  const entries = business.success ? (business.data[account] ?? Object.values(business.data).flat()) : []
  const regain = entries.map((entry) =>
    typeof entry.estimated_time_to_regain_access === 'number' ? entry.estimated_time_to_regain_access : 0,
  )
  return {
    percent: Math.max(app.success ? percentOf(app.data) : 0, ...entries.map(percentOf), 0),
    regainMs: Math.max(0, ...regain) * minute,
  }
}

export interface Pace {
  note(account: string, usage: Usage): void
  throttled(account: string): void
  accepted(account: string): void
  /** Milliseconds until this account may be called again; 0 at once. */
  waitMs(account: string): number
}

/** Keeps each account below Meta's limits on its own: slower from 75 %, a pause from 95 % or when Meta names a time (SND-7). */
export function createPace(now: () => number = () => performance.now()): Pace {
  const notBefore = new Map<string, number>()
  const refusals = new Map<string, number>()
  const hold = (account: string, ms: number) =>
    notBefore.set(account, Math.max(notBefore.get(account) ?? 0, now() + ms))
  return {
    note(account, { percent, regainMs }) {
      if (regainMs > 0) hold(account, regainMs)
      else if (percent >= stopFrom) hold(account, minute)
      else if (percent >= slowFrom) hold(account, (percent - slowFrom + 1) * 100)
    },
    throttled(account) {
      const before = refusals.get(account) ?? 0
      refusals.set(account, before + 1)
      hold(account, Math.min(longestThrottleMs, firstThrottleMs * 2 ** before))
    },
    accepted(account) {
      refusals.delete(account)
    },
    waitMs(account) {
      const wait = (notBefore.get(account) ?? 0) - now()
      if (wait <= 0) notBefore.delete(account)
      return Math.max(0, wait)
    },
  }
}
