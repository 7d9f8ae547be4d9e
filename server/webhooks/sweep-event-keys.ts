import type { Ctx } from '../ctx.ts'
import { sweepBefore } from '../platform/db/sweep.ts'
import { databaseNow, dbTime } from '../platform/db/time.ts'

/** Meta repeats a delivery for 36 hours; a repeat that comes later than this counts as new, and changes nothing else. */
const keptMs = 30 * 86_400_000

/** Forgets what told repeats of events apart that we keep without applying. Returns how many keys went. */
export const sweepEventKeys = (q: Ctx['db']['q'], now: number): Promise<number> =>
  sweepBefore(q, { table: 'webhook_event_keys', key: 'key_hash', before: dbTime(now - keptMs) })

/** One process at a time, every six hours. */
export function registerEventKeySweep({ db, jobs }: Pick<Ctx, 'db' | 'jobs'>): void {
  jobs.register('webhooks.sweep', async () => void (await sweepEventKeys(db.q, await databaseNow(db.q, db.engine))), {
    every: 6 * 3_600_000,
  })
}
