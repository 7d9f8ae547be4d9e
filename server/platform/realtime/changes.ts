import type { Change } from '../../../shared/events.ts'
import type { Db } from '../../data/tables.ts'
import type { Database } from '../db/open.ts'
import { sweepBefore } from '../db/sweep.ts'
import { databaseNow, dbTime } from '../db/time.ts'
import type { Actor } from '../http/route.ts'
import type { Jobs } from '../jobs/jobs.ts'

/** A stored change: what happened to what, under its number. */
export interface ChangeRow {
  seq: number
  type: string
  chatId: string | null
  messageId: string | null
  userId: string | null
  data: unknown
}

/** A change made ready for sending: what each viewer gets of it at this moment, or that they have to fetch again. */
export interface RenderedChange {
  seq: number
  for(viewer: Actor): Change | 'resync' | null
}

/** Turns change rows into frames for all viewers at once: what it reads, it reads once for the whole batch. */
export type RenderChanges = (rows: readonly ChangeRow[]) => Promise<RenderedChange[]>

/** Changes after a number, oldest first. Numbers are committed in their order, so none can appear behind the last read. */
export async function readChanges(
  q: Db,
  { after, upTo, limit }: { after: number; upTo?: number; limit: number },
): Promise<ChangeRow[]> {
  let query = q.selectFrom('changes').selectAll().where('seq', '>', after).orderBy('seq').limit(limit)
  if (upTo !== undefined) query = query.where('seq', '<=', upTo)
  const rows = await query.execute()
  return rows.map((row) => ({
    seq: Number(row.seq),
    type: row.type,
    chatId: row.chat_id,
    messageId: row.message_id,
    userId: row.user_id,
    data: row.data_json === null ? null : JSON.parse(row.data_json),
  }))
}

/** The newest committed number; 0 before the first change. */
export async function readHead(q: Db): Promise<number> {
  const row = await q.selectFrom('sequences').select('value').where('name', '=', 'changes').executeTakeFirst()
  return Number(row?.value ?? 0)
}

const keptMs = 7 * 86_400_000

/** Removes changes older than seven days in small steps. Clients that were away longer fetch anew. Returns how many went. */
export const sweepChanges = (q: Db, now: number): Promise<number> =>
  sweepBefore(q, { table: 'changes', key: 'seq', before: dbTime(now - keptMs) })

/** Lets one process at a time remove old changes, every hour. */
export function registerChangeSweep({ db, jobs }: { db: Database; jobs: Jobs }): void {
  jobs.register('changes.sweep', async () => void (await sweepChanges(db.q, await databaseNow(db.q, db.engine))), {
    every: 3_600_000,
  })
}
