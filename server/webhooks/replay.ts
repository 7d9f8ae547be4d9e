import type { Ctx } from '../ctx.ts'
import { type Envelope, readEvent } from '../meta/webhook-events.ts'
import { locked } from '../platform/db/rows.ts'
import { dbTime, fromDbTime } from '../platform/db/time.ts'
import { isolated, type Tx } from '../platform/db/transaction.ts'
import { AppError, notFound } from '../platform/errors.ts'
import { applyEvents } from './apply-events.ts'
import { addToTotals, countIgnored } from './ledger.ts'
import { type Outcome, parkedFor } from './outcome.ts'
import { openBody, receivedEvents } from './store-deliveries.ts'

/**
 * Applies a parked event again. The ledger follows: what is applied now is no longer parked.
 * @returns how it ended this time
 */
export async function replayParked(ctx: Ctx, { id }: { id: string }): Promise<Outcome> {
  return ctx.db.transaction(async (tx) => {
    const row = await locked(
      tx,
      tx.q.selectFrom('webhook_parked_events').selectAll().where('id', '=', id),
    ).executeTakeFirst()
    if (!row) throw notFound('event')
    if (row.state === 'replayed') throw new AppError('already_replayed', 409, 'This event has been applied already.')
    if (!row.event_json)
      throw new AppError('not_possible', 409, 'This event cannot be read again; its delivery has the bytes.')
    const envelope = JSON.parse(row.event_json) as Envelope
    const received = {
      event: readEvent(envelope),
      deliveryId: row.delivery_id,
      receivedAt: fromDbTime(row.created_at),
      raw: envelope.item,
    }
    const [outcome] = await applyOrPark(ctx, tx, () => [received])
    if (!outcome) throw new Error('an event without an outcome')
    const now = dbTime(ctx.clock.now())
    const settled = outcome.state !== 'parked'
    await tx.q
      .updateTable('webhook_parked_events')
      .set({
        state: settled ? 'replayed' : 'parked',
        attempts: (row.attempts ?? 0) + 1,
        updated_at: now,
        ...(outcome.state === 'parked' ? { reason: outcome.reason, detail: outcome.detail } : {}),
      })
      .where('id', '=', id)
      .execute()
    if (settled) await moveInLedger(tx, row.delivery_id, outcome.state, received.receivedAt)
    if (outcome.state === 'ignored')
      await countIgnored(tx, ctx.clock.now(), [{ object: row.object, kind: row.kind, reason: outcome.reason }])
    return outcome
  })
}

async function applyOrPark(ctx: Ctx, tx: Tx, events: () => Parameters<typeof applyEvents>[2]): Promise<Outcome[]> {
  try {
    return await isolated(tx, (inner) => applyEvents(ctx, inner, events()))
  } catch (error) {
    return events().map(() => parkedFor(error))
  }
}

async function moveInLedger(
  tx: Tx,
  deliveryId: string,
  to: 'applied' | 'duplicate' | 'ignored',
  receivedAt: number,
): Promise<void> {
  const column = `events_${to}` as const
  await tx.q
    .updateTable('facebook_webhook_events')
    .set((eb) => ({ events_parked: eb('events_parked', '-', 1), [column]: eb(column, '+', 1) }))
    .where('id', '=', deliveryId)
    .execute()
  await addToTotals(tx, receivedAt, 0, { received: 0, applied: 0, duplicate: 0, ignored: 0, parked: -1, [to]: 1 })
}

/** Parked events of an account that has just been connected come in now, oldest first (ING-13). */
export async function replayUnknownAccount(ctx: Ctx, { accountId }: { accountId: string }): Promise<number> {
  const rows = await ctx.db.q
    .selectFrom('webhook_parked_events')
    .select('id')
    .where('state', '=', 'parked')
    .where('reason', '=', 'unknown_account')
    .where('page_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(10_000)
    .execute()
  for (const { id } of rows) await replayParked(ctx, { id })
  return rows.length
}

export interface ReplayRange {
  /** Milliseconds, inclusive and exclusive. */
  from: number
  to: number
  account?: string
}

const step = 200

/**
 * Applies stored deliveries of a time range again (ING-11). What they did already stays as it is, so doing it for
 * everything changes nothing; the ledger does not move, since nothing was received.
 * @returns counts of deliveries read and events that did something
 */
export async function replayDeliveries(
  ctx: Ctx,
  { from, to, account }: ReplayRange,
): Promise<{ deliveries: number; applied: number }> {
  const done = { deliveries: 0, applied: 0 }
  let after = { received_at: dbTime(from), id: '' }
  for (;;) {
    let query = ctx.db.q
      .selectFrom('facebook_webhook_events')
      .select(['id', 'payload', 'raw_body', 'received_at'])
      .where('received_at', '>=', after.received_at)
      .where('received_at', '<', dbTime(to))
      .where((eb) => eb.or([eb('received_at', '>', after.received_at), eb('id', '>', after.id)]))
    if (account) query = query.where('page_id', '=', account)
    const rows = await query.orderBy('received_at').orderBy('id').limit(step).execute()
    for (const row of rows) {
      const body = row.raw_body ? Buffer.from(row.raw_body) : Buffer.from(row.payload)
      const delivery = { ...openBody(body, fromDbTime(row.received_at)), id: row.id }
      const outcomes = await ctx.db.transaction((tx) => applyOrPark(ctx, tx, () => receivedEvents(delivery)))
      done.deliveries++
      done.applied += outcomes.filter((o) => o.state === 'applied').length
    }
    const last = rows.at(-1)
    if (!last || rows.length < step) return done
    after = { received_at: last.received_at, id: last.id }
  }
}
