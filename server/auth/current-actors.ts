import type { Ctx } from '../ctx.ts'
import { fromDbTime } from '../platform/db/time.ts'
import type { Actor } from '../platform/http/route.ts'
import { actorOf } from './actor.ts'
import { findSessions } from './queries.ts'
import { sessionLife } from './sessions.ts'

/** Who these sessions belong to and what they may do at this moment. Ended sessions and inactive people are left out. */
export async function currentActors(
  ctx: Pick<Ctx, 'db' | 'clock' | 'config' | 'log'>,
  sessionIds: readonly string[],
): Promise<Map<string, Actor>> {
  const actors = new Map<string, Actor>()
  const now = ctx.clock.now()
  for (const row of await findSessions(ctx.db.q, sessionIds)) {
    const ended = now >= fromDbTime(row.expires_at) || now >= fromDbTime(row.last_seen_at) + sessionLife.idle
    if (ended || row.is_active !== 1) continue
    actors.set(row.id, actorOf(ctx, row))
  }
  return actors
}
