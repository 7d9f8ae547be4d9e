import * as z from 'zod'
import { idParams, pageOf } from '../../shared/common.ts'
import { listQuery, parkedEvent, rawDelivery, webhookDelivery, webhookLedger } from '../../shared/webhook.ts'
import { isoTime } from '../platform/db/time.ts'
import { notFound } from '../platform/errors.ts'
import { route } from '../platform/http/route.ts'
import { findDelivery, ledgerTotals, listDeliveries, listParked } from './queries.ts'
import { replayParked } from './replay.ts'

type DeliveryRow = Awaited<ReturnType<typeof listDeliveries>>[number]

const deliveryView = (d: DeliveryRow): z.infer<typeof webhookDelivery> => ({
  id: d.id,
  object: d.object ?? null,
  pageId: d.page_id ?? null,
  receivedAt: isoTime(d.received_at),
  received: d.events_received,
  applied: d.events_applied,
  duplicate: d.events_duplicate,
  ignored: d.events_ignored,
  parked: d.events_parked,
})

/** Rows of one page and the cursor of the next. */
function page<R extends { id: string }, V>(rows: R[], limit: number, view: (row: R) => V) {
  return { items: rows.map(view), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}

export const webhookRoutes = [
  route({
    method: 'GET',
    path: '/webhook-ledger',
    permission: ['developer:view'],
    summary: 'What became of every event Meta sent',
    response: webhookLedger,
    handler: async (ctx) => {
      const { sum, kinds, lastReceivedAt } = await ledgerTotals(ctx.db.q)
      const n = (v: unknown) => Number(v ?? 0)
      const t = {
        deliveries: n(sum?.deliveries),
        received: n(sum?.received),
        applied: n(sum?.applied),
        duplicate: n(sum?.duplicate),
        ignored: n(sum?.ignored),
        parked: n(sum?.parked),
      }
      return {
        ...t,
        balanced: t.received === t.applied + t.duplicate + t.ignored + t.parked,
        lastReceivedAt: isoTime(lastReceivedAt),
        kinds: kinds.map((k) => ({
          object: k.object,
          kind: k.kind,
          reason: k.reason,
          count: k.count,
          lastSeenAt: isoTime(k.last_seen_at),
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/webhook-deliveries',
    permission: ['developer:view'],
    summary: 'Deliveries, newest first',
    query: listQuery,
    response: pageOf(webhookDelivery),
    handler: async (ctx, { query }) =>
      page(
        await listDeliveries(ctx.db.q, { beforeId: query.cursor ?? null, limit: query.limit }),
        query.limit,
        deliveryView,
      ),
  }),
  route({
    method: 'GET',
    path: '/webhook-deliveries/:id',
    permission: ['developer:view'],
    summary: 'One delivery with its raw body',
    params: idParams,
    response: rawDelivery,
    handler: async (ctx, { params }) => {
      const found = await findDelivery(ctx.db.q, params.id)
      if (!found) throw notFound('delivery')
      const bytes = found.raw_body ? Buffer.from(found.raw_body) : null
      return {
        ...deliveryView(found),
        payload: bytes ? bytes.toString('base64') : found.payload,
        encoding: bytes ? ('base64' as const) : ('utf8' as const),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/parked-events',
    permission: ['developer:view'],
    summary: 'Events that could not be applied, with the reason',
    query: listQuery,
    response: pageOf(parkedEvent),
    handler: async (ctx, { query }) =>
      page(await listParked(ctx.db.q, { beforeId: query.cursor ?? null, limit: query.limit }), query.limit, (p) => ({
        id: p.id,
        deliveryId: p.delivery_id,
        object: p.object ?? null,
        pageId: p.page_id ?? null,
        kind: p.kind,
        reason: p.reason,
        detail: p.detail ?? null,
        state: p.state ?? 'parked',
        attempts: p.attempts ?? 1,
        createdAt: isoTime(p.created_at),
      })),
  }),
  route({
    method: 'POST',
    path: '/parked-events/:id/replay',
    permission: ['developer:view'],
    summary: 'Apply a parked event again',
    params: idParams,
    response: z.object({ state: z.enum(['applied', 'duplicate', 'ignored', 'parked']), reason: z.string().nullable() }),
    handler: async (ctx, { params }) => {
      const outcome = await replayParked(ctx, params)
      return { state: outcome.state, reason: 'reason' in outcome ? outcome.reason : null }
    },
  }),
]
