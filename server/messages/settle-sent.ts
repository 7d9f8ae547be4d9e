import type { Platform } from '../../shared/common.ts'
import { dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { logDelivered } from './log-outgoing.ts'
import { joinedMessages, messageTable } from './tables.ts'
import { wakeSender } from './wake-sender.ts'

export interface Outgoing {
  platform: Platform
  chatId: string
  messageId: string
}

/**
 * A message of ours is with Meta: stores the mid, Meta's time where it is known, and the state. The caller holds the
 * chat's lock. A bubble that an echo made before we knew it for ours is folded into our message.
 */
export async function settleSent(
  tx: Tx,
  out: Outgoing,
  { mid, atMs }: { mid: string; atMs: number | null },
): Promise<void> {
  const at = (await foldEchoBubble(tx, out, mid)) ?? atMs
  const table = messageTable(out.platform)
  await tx.q
    .updateTable(table)
    .set({ mid, ...(at === null ? {} : { timestamp: dbTime(at) }) })
    .where('id', '=', out.messageId)
    .execute()
  await tx.q
    .updateTable('outbox')
    .set({
      state: 'sent',
      sent_at: dbTime(at ?? Date.now()),
      lease_owner: null,
      lease_until: null,
      reason: null,
      error_code: null,
      error_text: null,
    })
    .where('message_id', '=', out.messageId)
    .execute()
  if (out.platform === 'INSTAGRAM') await logDelivered(tx, { messageId: out.messageId, mid, atMs: at })
  tx.change({ type: 'message.updated', chatId: out.chatId, messageId: out.messageId })
  if (at !== null) await keepOrder(tx, out, at)
  tx.afterCommit(() => wakeSender(tx.engine))
}

async function foldEchoBubble(tx: Tx, out: Outgoing, mid: string): Promise<number | null> {
  const table = messageTable(out.platform)
  const bubble = await tx.q
    .selectFrom(table)
    .select(['id', 'timestamp'])
    .where('chat_id', '=', out.chatId)
    .where('mid', '=', mid)
    .where('id', '!=', out.messageId)
    .executeTakeFirst()
  if (!bubble) return null
  await tx.q.deleteFrom(table).where('id', '=', bubble.id).execute()
  tx.change({ type: 'message.removed', chatId: out.chatId, messageId: bubble.id })
  return fromDbTime(bubble.timestamp)
}

/** What still waits behind this message was written after it and is shown after it, whatever Meta's clock says. */
async function keepOrder(tx: Tx, out: Outgoing, atMs: number): Promise<void> {
  const waiting = await tx.q
    .selectFrom('outbox as o')
    .innerJoin('outbox as settled', (join) =>
      join.onRef('settled.chat_id', '=', 'o.chat_id').on('settled.message_id', '=', out.messageId),
    )
    .innerJoin(joinedMessages(out.platform), 'm.id', 'o.message_id')
    .select(['m.id as id', 'm.timestamp as timestamp'])
    .where('o.chat_id', '=', out.chatId)
    .where('o.state', 'in', ['queued', 'sending'])
    .whereRef('o.position', '>', 'settled.position')
    .where('m.timestamp', '<=', dbTime(atMs))
    .orderBy('o.position')
    .execute()
  for (const [i, { id }] of waiting.entries()) {
    await tx.q
      .updateTable(messageTable(out.platform))
      .set({ timestamp: dbTime(atMs + 1 + i) })
      .where('id', '=', id)
      .execute()
    tx.change({ type: 'message.updated', chatId: out.chatId, messageId: id })
  }
}
