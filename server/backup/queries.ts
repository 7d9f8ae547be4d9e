import { sql } from 'kysely'
import type { Db } from '../data/tables.ts'

/** The names of the keys that stored tokens are sealed with; not the tokens. */
export async function keysInUse(q: Db): Promise<string[]> {
  const rows = await Promise.all(
    (['facebook_pages', 'instagram_accounts'] as const).map((table) =>
      q
        .selectFrom(table)
        .select(sql<string>`substr(access_token, 4, 9)`.as('kid'))
        .where('access_token', 'like', 'v1.%')
        .distinct()
        .execute(),
    ),
  )
  return [...new Set(rows.flat().map((row) => row.kid.split('.')[0] ?? ''))].sort()
}
