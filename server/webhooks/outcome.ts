import type { WebhookEvent } from '../meta/webhook-events.ts'

/** An event on its way to its one end state. */
export interface ReceivedEvent {
  event: WebhookEvent
  deliveryId: string
  /** When its delivery reached us, milliseconds. */
  receivedAt: number
  /** The element as Meta sent it. */
  raw: unknown
}

export type Outcome =
  | { state: 'applied' }
  | { state: 'duplicate' }
  | { state: 'ignored'; reason: string }
  | { state: 'parked'; reason: string; detail: string }

export interface Item<E extends WebhookEvent = WebhookEvent> extends ReceivedEvent {
  event: E
  settle(outcome: Outcome): void
}
