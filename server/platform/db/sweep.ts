import { sql } from 'kysely'
import type { Db } from '../../data/tables.ts'

const step = 1000

/**
 * Removes rows made before a moment, in small steps, so that nobody waits long for their locks. Both columns are ours,
 * and `created_at` leads an index.
 * @param before as stored
 * @returns how many went
 */
export async function sweepBefore(
  q: Db,
  { table, key, before }: { table: 'changes' | 'webhook_event_keys'; key: string; before: string },
): Promise<number> {
  for (let swept = 0; ; ) {
    const { rows } = await sql<{ k: string | number }>`
      select ${sql.ref(key)} as k from ${sql.table(table)} where created_at < ${before}
      order by created_at limit ${sql.lit(step)}`.execute(q)
    if (rows.length > 0)
      await sql`delete from ${sql.table(table)} where ${sql.ref(key)} in (${sql.join(rows.map((row) => row.k))})`.execute(
        q,
      )
    swept += rows.length
    if (rows.length < step) return swept
  }
}
