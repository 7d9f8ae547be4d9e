import { createHmac } from 'node:crypto'
import type { WebhookEvent } from '../world/model.ts'

/**
 * Writes JSON the way Meta does: every character beyond ASCII as `\uXXXX` in lower-case hex and every
 * slash as `\/`. A client that verifies the signature over re-serialised JSON fails here, as it would there.
 */
export function metaJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** One delivery: all events of one `object`, each in an entry of its own. */
export function deliveryBody(events: WebhookEvent[], sentAt: number): string {
  return metaJson({
    object: events[0]?.object,
    entry: events.map((event) => ({ id: event.accountId, time: sentAt, messaging: [event.element] })),
  })
}

export function signatureHeaders(secret: string, body: string): Record<string, string> {
  const sign = (algorithm: string): string => createHmac(algorithm, secret).update(body).digest('hex')
  return { 'x-hub-signature': `sha1=${sign('sha1')}`, 'x-hub-signature-256': `sha256=${sign('sha256')}` }
}
