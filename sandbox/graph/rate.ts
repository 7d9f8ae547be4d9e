import type { Sandbox } from '../context.ts'
import { rateLimited } from './errors.ts'

/** Counts calls of the last second of real time, per key. */
export interface RateMeter {
  check(sandbox: Sandbox, key: string, perSecond: number): void
}

export function createRateMeter(): RateMeter {
  const calls = new Map<string, number[]>()
  return {
    check(sandbox, key, perSecond) {
      if (!sandbox.state.switches.rateLimits) return
      const now = performance.now()
      const recent = (calls.get(key) ?? []).filter((at) => at > now - 1_000)
      calls.set(key, recent)
      if (recent.length >= perSecond) throw rateLimited('Calls to this api have exceeded the rate limit.', 613, 2534040)
      recent.push(now)
    },
  }
}
