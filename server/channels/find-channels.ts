import type { Platform } from '../../shared/common.ts'
import type { Db } from '../data/tables.ts'

/** Which of these accounts are connected: `PLATFORM:id` to whether it is active. Instagram accounts have no switch. */
export async function findChannels(q: Db, ids: readonly string[]): Promise<Map<`${Platform}:${string}`, boolean>> {
  const found = new Map<`${Platform}:${string}`, boolean>()
  if (ids.length === 0) return found
  const pages = await q
    .selectFrom('facebook_pages')
    .select(['page_id', 'is_active'])
    .where('page_id', 'in', ids)
    .execute()
  const accounts = await q.selectFrom('instagram_accounts').select('page_id').where('page_id', 'in', ids).execute()
  for (const page of pages) found.set(`FACEBOOK:${page.page_id}`, page.is_active === 1)
  for (const account of accounts) found.set(`INSTAGRAM:${account.page_id}`, true)
  return found
}
