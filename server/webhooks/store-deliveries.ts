import { isUtf8 } from 'node:buffer'
import type { Ctx } from '../ctx.ts'
import { parseLossless } from '../meta/lossless-json.ts'
import { type Envelope, openDelivery, readEvent, type WebhookEvent } from '../meta/webhook-events.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import { isolated, type Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import { applyEvents } from './apply-events.ts'
import { addToTotals, countIgnored, tally } from './ledger.ts'
import { type Outcome, parkedFor, type ReceivedEvent } from './outcome.ts'

/** One webhook POST, taken apart but not applied. */
export interface Delivery {
  id: string
  receivedAt: number
  body: Buffer
  object: string | null
  pageId: string | null
  /** The body as JSON text; null when it is none, and the bytes are kept instead. */
  payload: string | null
  events: { envelope: Envelope; event: WebhookEvent }[]
}

/** MariaDB's JSON check reads 32 levels at most; deeper payloads are kept as bytes. */
const maxPayloadDepth = 30

/** Takes a delivery apart. Never throws: what cannot be read is one faulty event, kept with all its bytes (ING-8). */
export function openBody(body: Buffer, receivedAt: number): Delivery {
  const id = newId()
  const text = body.toString('utf8')
  const faulty = (reason: 'not_json' | 'not_utf8', detail: string): Delivery => ({
    id,
    receivedAt,
    body,
    object: null,
    pageId: null,
    payload: null,
    events: [
      {
        envelope: { object: null, entryId: null, entryTime: null, list: 'delivery', item: null },
        event: { kind: 'faulty', name: 'unreadable', accountId: null, reason, detail },
      },
    ],
  })
  if (!isUtf8(body)) return faulty('not_utf8', 'the body is not UTF-8')
  let parsed: unknown
  try {
    parsed = parseLossless(text)
  } catch (error) {
    return faulty('not_json', (error as Error).message.slice(0, 200))
  }
  const envelopes = openDelivery(parsed)
  const first = envelopes[0]
  return {
    id,
    receivedAt,
    body,
    object: first?.object ?? null,
    pageId: first?.entryId ?? null,
    payload: text.startsWith('{') && depthOf(text) <= maxPayloadDepth ? text : null,
    events: envelopes.map((envelope) => ({ envelope, event: readEvent(envelope) })),
  }
}

/** How deep brackets nest, counted in the text: no recursion, so that no payload can overflow the stack. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (quoted) {
      if (c === 92) i++
      else if (c === 34) quoted = false
    } else if (c === 34) quoted = true
    else if (c === 123 || c === 91) deepest = Math.max(deepest, ++depth)
    else if (c === 125 || c === 93) depth--
  }
  return deepest
}

/**
 * Stores deliveries and applies their events in the caller's transaction: a delivery is never stored without its
 * outcome, nor an outcome without its delivery (ING-3, ING-16).
 */
export async function storeDeliveries(ctx: Ctx, tx: Tx, deliveries: readonly Delivery[]): Promise<Outcome[]> {
  const received = deliveries.flatMap(receivedEvents)
  const outcomes = await applyEvents(ctx, tx, received)
  await record(tx, deliveries, outcomes)
  return outcomes
}

/**
 * The careful way, for a delivery with an event that the database refuses or this program stumbles over: each event for
 * itself, the refused ones parked, their neighbours applied (ING-8). The body is kept as bytes, since its text may be what was refused:
 * MariaDB takes half a surrogate pair for broken JSON.
 */
export async function storeOneByOne(ctx: Ctx, tx: Tx, delivery: Delivery): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const event of receivedEvents(delivery)) {
    try {
      outcomes.push(...(await isolated(tx, (inner) => applyEvents(ctx, inner, [event]))))
    } catch (error) {
      outcomes.push(parkedFor(error))
    }
  }
  await record(tx, [{ ...delivery, payload: null }], outcomes)
  return outcomes
}

export const receivedEvents = ({ id, receivedAt, events }: Delivery): ReceivedEvent[] =>
  events.map(({ event, envelope }) => ({ event, deliveryId: id, receivedAt, raw: envelope.item }))

async function record(tx: Tx, deliveries: readonly Delivery[], outcomes: readonly Outcome[]): Promise<void> {
  const parked = []
  const ignored = []
  const rows = []
  let next = 0
  for (const d of deliveries) {
    const own = outcomes.slice(next, next + d.events.length)
    next += d.events.length
    const t = tally(own)
    rows.push({
      id: d.id,
      object: d.object,
      page_id: d.pageId,
      payload: d.payload ?? '{}',
      received_at: dbTime(d.receivedAt),
      raw_body: d.payload === null ? d.body : null,
      events_received: t.received,
      events_applied: t.applied,
      events_duplicate: t.duplicate,
      events_ignored: t.ignored,
      events_parked: t.parked,
    })
    for (const [i, outcome] of own.entries()) {
      const { envelope, event } = d.events[i] as Delivery['events'][number]
      const kind = 'name' in event ? event.name : event.kind
      if (outcome.state === 'ignored') ignored.push({ object: envelope.object, kind, reason: outcome.reason })
      if (outcome.state !== 'parked') continue
      parked.push({
        id: newId(),
        delivery_id: d.id,
        position: i,
        object: envelope.object,
        page_id: envelope.entryId,
        kind,
        reason: outcome.reason,
        detail: outcome.detail,
        event_json: eventJson(envelope),
        created_at: dbTime(d.receivedAt),
        updated_at: dbTime(d.receivedAt),
      })
    }
  }
  await insertAll(tx, 'facebook_webhook_events', rows)
  await insertAll(tx, 'webhook_parked_events', parked)
  const at = deliveries[0]?.receivedAt ?? Date.now()
  await addToTotals(tx, at, deliveries.length, tally(outcomes))
  await countIgnored(tx, at, ignored)
}

/** The element as text to read it again from; null when it nests too deep for that, and the delivery has the bytes. */
function eventJson(envelope: Envelope): string | null {
  try {
    return JSON.stringify(envelope)
  } catch {
    return null
  }
}
