import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/db/open.ts'
import { fromDbTime } from '../platform/db/time.ts'
import type { Actor } from '../platform/http/route.ts'
import type { Logger } from '../platform/log.ts'
import { actorOf } from './authenticate.ts'
import { findSessions } from './queries.ts'
import { sessionLife } from './sessions.ts'

/** Who these sessions belong to and what they may do at this moment. Ended sessions and inactive people are left out. */
export async function currentActors(
  { db, clock, log }: { db: Database; clock: Clock; log: Logger },
  sessionIds: readonly string[],
): Promise<Map<string, Actor>> {
  const actors = new Map<string, Actor>()
  const now = clock.now()
  for (const row of await findSessions(db.q, sessionIds)) {
    const ended = now >= fromDbTime(row.expires_at) || now >= fromDbTime(row.last_seen_at) + sessionLife.idle
    if (ended || row.is_active !== 1) continue
    actors.set(row.id, actorOf(row, log))
  }
  return actors
}
