import type { ChatSheet, SheetChat } from '../chats/chat-sheet.ts'
import type { Ctx } from '../ctx.ts'
import type { DeliveryEvent, ReadEvent } from '../meta/webhook-events.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { Item } from '../webhooks/outcome.ts'
import { messageTable } from './tables.ts'

type Mark = DeliveryEvent | ReadEvent

/** How many messages of a chat one mark announces: what a screen shows; older ones follow when they are loaded. */
const announced = 30

/**
 * Delivered and read marks. Both are watermarks on the chat: every outgoing message up to that time is delivered or
 * read. Instagram names a message instead, meaning "this and everything before it"; where we do not know that message
 * yet, its mid waits on the chat for it.
 */
export async function receiveMarks(
  ctx: Ctx,
  tx: Tx,
  { items, sheet }: { items: readonly Item<Mark>[]; sheet: ChatSheet },
): Promise<void> {
  if (items.length === 0) return
  await sheet.load(items.map((i) => i.event))
  for (const item of items) {
    const chat = sheet.find(item.event)
    if (!chat) {
      item.settle({ state: 'ignored', reason: 'no_chat' })
      continue
    }
    const before = { delivered: chat.row.delivered_watermark, read: chat.row.read_watermark }
    const moved = await move(tx, sheet, chat, item.event)
    item.settle(moved ? { state: 'applied' } : { state: 'duplicate' })
    if (moved) await announce(ctx, tx, chat, before)
  }
}

async function move(tx: Tx, sheet: ChatSheet, chat: SheetChat, event: Mark): Promise<boolean> {
  if (event.kind === 'delivery') return sheet.moveMark(chat, 'delivered_watermark', dbTime(event.watermark))
  if (event.watermark !== null) return sheet.moveMark(chat, 'read_watermark', dbTime(event.watermark))
  const message = await tx.q
    .selectFrom(messageTable(chat.row.platform))
    .select('timestamp')
    .where('chat_id', '=', chat.row.id)
    .where('mid', '=', event.mid)
    .executeTakeFirst()
  if (message) return sheet.moveMark(chat, 'read_watermark', message.timestamp)
  if (chat.row.read_mid === event.mid) return false
  chat.row.read_mid = event.mid
  chat.changed = 'all'
  return true
}

async function announce(
  ctx: Ctx,
  tx: Tx,
  { row }: SheetChat,
  before: { delivered: string | null; read: string | null },
): Promise<void> {
  const table = messageTable(row.platform)
  const from = [before.read ?? '', before.delivered ?? ''].sort()[0] ?? ''
  const to = [row.read_watermark ?? '', row.delivered_watermark ?? ''].sort()[1] ?? dbTime(ctx.clock.now())
  const messages = await tx.q
    .selectFrom(table)
    .select('id')
    .where('chat_id', '=', row.id)
    .where('timestamp', '>', from || '1970-01-01 00:00:00.000')
    .where('timestamp', '<=', to)
    .where('sender', 'in', ['AGENT', 'INSTAGRAM_PAGE', 'FACEBOOK_PAGE'])
    .orderBy('timestamp', 'desc')
    .orderBy('id', 'desc')
    .limit(announced)
    .execute()
  for (const { id } of messages) tx.change({ type: 'message.updated', chatId: row.id, messageId: id })
}
