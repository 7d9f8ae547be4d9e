import type { Db } from '../data/tables.ts'

/** Pages, then accounts, with what is needed to ask Meta about their tokens. */
export async function storedChannels(q: Db) {
  const pages = await q
    .selectFrom('facebook_pages')
    .select(['id', 'page_id', 'page_name as name', 'access_token', 'is_active', 'token_state'])
    .orderBy('connected_at')
    .execute()
  const accounts = await q
    .selectFrom('instagram_accounts')
    .select(['id', 'page_id', 'username as name', 'access_token', 'login_type', 'token_state'])
    .orderBy('connected_at')
    .execute()
  return [
    ...pages.map((p) => ({
      ...p,
      table: 'facebook_pages',
      platform: 'FACEBOOK' as const,
      flavour: 'facebook' as const,
      isActive: p.is_active === 1,
    })),
    ...accounts.map((a) => ({
      ...a,
      table: 'instagram_accounts',
      platform: 'INSTAGRAM' as const,
      flavour: a.login_type,
      isActive: true,
    })),
  ]
}
export type StoredChannel = Awaited<ReturnType<typeof storedChannels>>[number]

export const countParked = async (q: Db): Promise<number> => {
  const { n } = await q
    .selectFrom('webhook_parked_events')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('state', '=', 'parked')
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Replies that wait for a person: failed, or with an outcome nobody knows and nobody has let go. */
export const countOutbox = async (q: Db): Promise<Map<string, number>> => {
  const rows = await q
    .selectFrom('outbox')
    .select((eb) => ['state', eb.fn.countAll().as('n')])
    .where('state', 'in', ['queued', 'sending', 'unknown'])
    .where('released_at', 'is', null)
    .groupBy('state')
    .execute()
  return new Map(rows.map((row) => [row.state, Number(row.n)]))
}

/** People of the sandbox's demo, who must not stay when it becomes serious. */
export const activeDemoPeople = (q: Db) =>
  q.selectFrom('users').select('email').where('email', 'like', '%@nordlys.example').where('is_active', '=', 1).execute()

export const hasAdmin = async (q: Db): Promise<boolean> =>
  (await q.selectFrom('users').select('id').where('role', '=', 'admin').where('is_active', '=', 1).limit(1).execute())
    .length > 0
