import type { Db } from '../data/tables.ts'

/** The ledger's running totals: one row a day, so the sum reads few rows whatever was received. */
export async function ledgerTotals(q: Db) {
  const sum = await q
    .selectFrom('webhook_totals')
    .select((eb) => [
      eb.fn.sum<number>('deliveries').as('deliveries'),
      eb.fn.sum<number>('received').as('received'),
      eb.fn.sum<number>('applied').as('applied'),
      eb.fn.sum<number>('duplicate').as('duplicate'),
      eb.fn.sum<number>('ignored').as('ignored'),
      eb.fn.sum<number>('parked').as('parked'),
    ])
    .executeTakeFirst()
  const kinds = await q
    .selectFrom('webhook_ignored_kinds')
    .selectAll()
    .orderBy('last_seen_at', 'desc')
    .limit(100)
    .execute()
  const last = await q
    .selectFrom('facebook_webhook_events')
    .select('received_at')
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { sum, kinds, lastReceivedAt: last?.received_at ?? null }
}

const listColumns = [
  'id',
  'object',
  'page_id',
  'received_at',
  'events_received',
  'events_applied',
  'events_duplicate',
  'events_ignored',
  'events_parked',
] as const

/** Deliveries newest first, after the given id. Ids are ordered by time, so the id alone is the cursor. */
export function listDeliveries(q: Db, { beforeId, limit }: { beforeId: string | null; limit: number }) {
  let query = q.selectFrom('facebook_webhook_events').select(listColumns)
  if (beforeId) query = query.where('id', '<', beforeId)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

export const findDelivery = (q: Db, id: string) =>
  q
    .selectFrom('facebook_webhook_events')
    .select([...listColumns, 'payload', 'raw_body'])
    .where('id', '=', id)
    .executeTakeFirst()

export function listParked(q: Db, { beforeId, limit }: { beforeId: string | null; limit: number }) {
  let query = q
    .selectFrom('webhook_parked_events')
    .select(['id', 'delivery_id', 'object', 'page_id', 'kind', 'reason', 'detail', 'state', 'attempts', 'created_at'])
    .where('state', '=', 'parked')
  if (beforeId) query = query.where('id', '<', beforeId)
  return query.orderBy('id', 'desc').limit(limit).execute()
}
