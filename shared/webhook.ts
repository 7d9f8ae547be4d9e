import * as z from 'zod'
import { cursorQuery, instant } from './common.ts'

/** received = applied + duplicate + ignored + parked, at any time. */
export const webhookLedger = z.object({
  deliveries: z.number().int(),
  received: z.number().int(),
  applied: z.number().int(),
  duplicate: z.number().int(),
  ignored: z.number().int(),
  parked: z.number().int(),
  balanced: z.boolean(),
  lastReceivedAt: instant.nullable(),
  /** Kinds that are kept and not applied. */
  kinds: z.array(
    z.object({
      object: z.string(),
      kind: z.string(),
      reason: z.string(),
      count: z.number().int(),
      lastSeenAt: instant,
    }),
  ),
})

export const webhookDelivery = z.object({
  id: z.string(),
  object: z.string().nullable(),
  pageId: z.string().nullable(),
  receivedAt: instant,
  received: z.number().int(),
  applied: z.number().int(),
  duplicate: z.number().int(),
  ignored: z.number().int(),
  parked: z.number().int(),
})

export const rawDelivery = webhookDelivery.extend({
  /** The body as it came; base64 of the bytes where it is not JSON text. */
  payload: z.string(),
  encoding: z.enum(['utf8', 'base64']),
})

export const parkedEvent = z.object({
  id: z.string(),
  deliveryId: z.string(),
  object: z.string().nullable(),
  pageId: z.string().nullable(),
  kind: z.string(),
  reason: z.string(),
  detail: z.string().nullable(),
  state: z.enum(['parked', 'replayed']),
  attempts: z.number().int(),
  createdAt: instant,
})

export const listQuery = z.strictObject(cursorQuery)
