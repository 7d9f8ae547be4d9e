import type { WebhookEvent } from '../meta/webhook-events.ts'
import { isDataError } from '../platform/db/transaction.ts'

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

/** A fault of this program, not of the database: those carry a code. */
const isOwnFault = (error: unknown) => error instanceof Error && !('code' in error) && !('errno' in error)

/** Whether an event may be what broke its batch, so that each is tried alone; otherwise the database is not well. */
export const mayBeOneEvent = (error: unknown): boolean => isDataError(error) || isOwnFault(error)

/** How an event ends that cannot be applied whenever it is tried. Throws on what only concerns this moment. */
export function parkedFor(error: unknown): Outcome & { state: 'parked' } {
  if (!mayBeOneEvent(error)) throw error
  const reason = isDataError(error) ? 'refused_by_database' : 'cannot_be_applied'
  return { state: 'parked', reason, detail: (error as Error).message.slice(0, 300) }
}
