import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'
import { sweepThrottles } from './throttle.ts'

const day = 24 * 3_600_000

/** Clears away, each hour, what is over: counts that slow nobody down, sessions that ended, links that do not work. */
export function registerAuthSweep(ctx: Ctx): void {
  ctx.jobs.register('auth.sweep', () => sweepAuth(ctx), { every: 3_600_000 })
}

export async function sweepAuth(ctx: Ctx): Promise<void> {
  const { q } = ctx.db
  const now = ctx.clock.now()
  await sweepThrottles(ctx)
  await q.deleteFrom('sessions').where('expires_at', '<', dbTime(now)).execute()
  await q
    .deleteFrom('password_reset_tokens')
    .where('expires_at', '<', dbTime(now - 30 * day))
    .execute()
}
