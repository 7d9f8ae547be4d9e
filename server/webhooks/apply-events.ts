import type { Platform } from '../../shared/common.ts'
import { handOut } from '../assignment/rotation.ts'
import { findChannels } from '../channels/find-channels.ts'
import { ChatSheet } from '../chats/chat-sheet.ts'
import type { Ctx } from '../ctx.ts'
import { receiveMarks } from '../messages/receive-marks.ts'
import { receiveMessages } from '../messages/receive-messages.ts'
import type { DeliveryEvent, MessageEvent, ReadEvent } from '../meta/webhook-events.ts'
import { insertNew } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { Item, Outcome, ReceivedEvent } from './outcome.ts'

/**
 * Applies events of any number of deliveries inside one transaction and says how each ended. Doing it again changes
 * nothing: unique keys decide what is new. Statements are per kind of write, not per event.
 */
export async function applyEvents(ctx: Ctx, tx: Tx, received: readonly ReceivedEvent[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = received.map(() => ({ state: 'parked', reason: 'not_reached', detail: '' }))
  const items: Item[] = received.map((r, i) => ({
    ...r,
    settle: (outcome) => {
      outcomes[i] = outcome
    },
  }))
  const known = await settleUnknownAccounts(tx, items)
  const messages = known.items.filter((i): i is Item<MessageEvent> => i.event.kind === 'message')
  const marks = known.items.filter(
    (i): i is Item<DeliveryEvent | ReadEvent> => i.event.kind === 'delivery' || i.event.kind === 'read',
  )
  await settleOthers(
    tx,
    known.items.filter((i) => i.event.kind === 'other'),
  )

  if (messages.length + marks.length > 0) {
    const sheet = new ChatSheet(ctx, tx)
    await receiveMessages(ctx, tx, { items: messages, sheet, isActive: known.isActive })
    await receiveMarks(ctx, tx, { items: marks, sheet })
    await rotate(ctx, tx, sheet)
    await sheet.save()
  }
  return outcomes
}

/** Faulty events are parked as they are; events of accounts we do not know are parked until these are connected (ING-13). */
async function settleUnknownAccounts(
  tx: Tx,
  items: readonly Item[],
): Promise<{ items: Item[]; isActive: (platform: Platform, accountId: string) => boolean }> {
  const ids = [...new Set(items.flatMap((i) => i.event.accountId ?? []))]
  const channels = await findChannels(tx.q, ids)
  const rest = items.filter((item) => {
    const { event } = item
    if (event.kind === 'faulty') {
      item.settle({ state: 'parked', reason: event.reason, detail: event.detail })
      return false
    }
    // Id "0" is the test button of Meta's dashboard (fixtures): nobody's account, nothing to apply.
    if (event.accountId === '0') {
      item.settle({ state: 'ignored', reason: 'meta_test' })
      return false
    }
    if (event.kind === 'other' || channels.has(`${event.platform}:${event.accountId}`)) return true
    item.settle({ state: 'parked', reason: 'unknown_account', detail: `${event.accountId} is not connected` })
    return false
  })
  return { items: rest, isActive: (platform, id) => channels.get(`${platform}:${id}`) ?? false }
}

/** Kinds we keep without applying: counted once each, by what makes them the same event. */
async function settleOthers(tx: Tx, items: readonly Item[]): Promise<void> {
  const first = new Map<string, Item>()
  for (const item of items) {
    if (item.event.kind !== 'other') continue
    if (first.has(item.event.key)) item.settle({ state: 'duplicate' })
    else first.set(item.event.key, item)
  }
  const rows = [...first].map(([key_hash, { deliveryId, receivedAt }]) => ({
    key_hash,
    delivery_id: deliveryId,
    created_at: dbTime(receivedAt),
  }))
  const added = await insertNew(tx, 'webhook_event_keys', rows)
  for (const [key, item] of first)
    item.settle(added.has(key) ? { state: 'ignored', reason: 'kind_kept' } : { state: 'duplicate' })
}

/** Chats a customer wrote in and nobody has: into the rotation, in the same transaction. */
async function rotate(ctx: Ctx, tx: Tx, sheet: ChatSheet): Promise<void> {
  const chats = sheet.toAssign()
  const handed = await handOut(tx, {
    chatIds: chats.map((c) => c.id),
    reason: 'rotation',
    at: ctx.clock.now(),
    newChats: new Set(chats.filter((c) => c.isNew).map((c) => c.id)),
  })
  for (const { chatId, userId } of handed) if (userId) sheet.assign(chatId, userId)
}
