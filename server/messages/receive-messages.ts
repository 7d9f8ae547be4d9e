import type { Insertable } from 'kysely'
import type { Platform } from '../../shared/common.ts'
import type { ChatAddress, ChatSheet, SheetChat } from '../chats/chat-sheet.ts'
import { touchContacts } from '../contacts/touch-contacts.ts'
import type { Ctx } from '../ctx.ts'
import type { Tables } from '../data/tables.ts'
import type { MessageEvent } from '../meta/webhook-events.ts'
import { insertNew } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import type { Item } from '../webhooks/outcome.ts'
import { settleEcho } from './settle-echo.ts'
import { customerSender, jsonForText, messageTable, pageSender } from './tables.ts'

interface Arrived {
  item: Item<MessageEvent>
  chat: SheetChat
  id: string
  at: string
}

const day = 24 * 3600_000

/** Meta's time of the message; the time it reached us where Meta gave none or one that lies a day ahead (RUN-4). */
const timeOf = ({ event, receivedAt }: Item<MessageEvent>) =>
  event.timestamp !== null && event.timestamp <= receivedAt + day ? event.timestamp : receivedAt

/**
 * Stores what customers wrote, and what others at the page answered (echoes). An echo of a message of ours completes
 * our row. The unique key (chat, mid) decides what is new, so any number of repeats leaves one message (ING-6).
 */
export async function receiveMessages(
  ctx: Ctx,
  tx: Tx,
  {
    items,
    sheet,
    isActive,
  }: {
    items: readonly Item<MessageEvent>[]
    sheet: ChatSheet
    isActive: (platform: Platform, accountId: string) => boolean
  },
): Promise<void> {
  if (items.length === 0) return
  const sorted = [...items].sort((a, b) => timeOf(a) - timeOf(b))
  await touchContacts(
    tx,
    sorted.map((item) => ({ ...item.event, at: timeOf(item), text: item.event.isEcho ? null : item.event.text })),
  )
  const newest = (address: ChatAddress) =>
    sorted.findLast(({ event: e }) => e.contactId === address.contactId && e.accountId === address.accountId)
  await sheet.open(
    sorted.map((i) => i.event),
    (address) => {
      const item = newest(address)
      return item ? timeOf(item) : ctx.clock.now()
    },
  )

  const arrived: Arrived[] = []
  for (const item of sorted) {
    const chat = sheet.find(item.event)
    if (!chat) throw new Error('a chat that was just opened is gone')
    const echo = item.event.isEcho ? await settleOwn(tx, sheet, chat, item) : 'foreign'
    if (echo !== 'foreign') item.settle({ state: echo === 'ours' ? 'applied' : 'duplicate' })
    else arrived.push({ item, chat, id: newId(), at: dbTime(timeOf(item)) })
  }
  const added = new Set([
    ...(await insertMessages(tx, 'FACEBOOK', arrived)),
    ...(await insertMessages(tx, 'INSTAGRAM', arrived)),
  ])
  for (const a of arrived) {
    if (!added.has(a.id)) {
      a.item.settle({ state: 'duplicate' })
      continue
    }
    noteInChat(tx, sheet, a, isActive(a.item.event.platform, a.item.event.accountId))
    a.item.settle({ state: 'applied' })
  }
  await writeInstagramLogs(
    tx,
    arrived.filter((a) => added.has(a.id) && a.item.event.platform === 'INSTAGRAM'),
  )
}

async function settleOwn(
  tx: Tx,
  sheet: ChatSheet,
  chat: SheetChat,
  item: Item<MessageEvent>,
): ReturnType<typeof settleEcho> {
  const { event } = item
  const echo = {
    platform: event.platform,
    chatId: chat.row.id,
    mid: event.mid,
    appId: event.appId,
    metadata: event.metadata,
    text: event.text || null,
    timestampMs: timeOf(item),
  }
  const settled = await settleEcho(tx, echo)
  if (settled !== 'foreign' && chat.row.read_mid === event.mid)
    sheet.moveMark(chat, 'read_watermark', dbTime(timeOf(item)))
  return settled
}

function noteInChat(tx: Tx, sheet: ChatSheet, { item: { event }, chat, id, at }: Arrived, active: boolean): void {
  sheet.addMessage(chat, {
    sender: event.isEcho ? pageSender(event.platform) : customerSender(event.platform),
    incoming: !event.isEcho,
    at,
    content: event.text,
    kind: event.messageKind,
    announced: active,
  })
  if (event.isEcho && chat.row.read_mid === event.mid) sheet.moveMark(chat, 'read_watermark', at)
  if (active) tx.change({ type: 'message.created', chatId: chat.row.id, messageId: id })
}

async function insertMessages(tx: Tx, platform: Platform, arrived: readonly Arrived[]): Promise<Set<string>> {
  const rows = arrived.filter((a) => a.item.event.platform === platform).map(messageRow)
  if (platform === 'INSTAGRAM') {
    return insertNew(
      tx,
      'instagram_messages',
      rows.map(({ contact, ...row }) => ({ ...row, platform, instagram_user_id: contact })),
    )
  }
  return insertNew(
    tx,
    messageTable(platform),
    rows.map(
      ({ contact, ...row }) =>
        ({ ...row, platform, facebook_user_id: contact }) as Insertable<Tables['facebook_messages']>,
    ),
  )
}

function messageRow({ item: { event, raw, deliveryId }, chat, id, at }: Arrived) {
  const picture = ['image', 'gif', 'sticker'].includes(event.messageKind)
  return {
    id,
    chat_id: chat.row.id,
    sender: event.isEcho ? pageSender(event.platform) : customerSender(event.platform),
    content: event.text,
    message_type: picture ? ('image' as const) : ('text' as const),
    timestamp: at,
    attachments_json: event.attachments.length > 0 ? jsonForText(event.attachments, deliveryId) : null,
    // Facebook's raw event stands here by the contract; Instagram's in the message log.
    metadata_json:
      event.platform === 'FACEBOOK' ? jsonForText({ facebook_mid: event.mid, raw_webhook: raw }, deliveryId) : null,
    is_gif: event.isGif ? (1 as const) : (0 as const),
    is_ticklegram: 0 as const,
    mid: event.mid,
    kind: event.messageKind,
    origin_app_id: event.appId,
    reply_to_mid: event.replyToMid,
    contact: event.contactId,
  }
}

/** Same transaction as the message (ING-16). A mid that is logged already keeps its first log. */
async function writeInstagramLogs(tx: Tx, arrived: readonly Arrived[]): Promise<void> {
  await insertNew(
    tx,
    'instagram_message_logs',
    arrived.map(({ item: { event, raw, deliveryId }, at, id }) => ({
      id,
      igsid: event.contactId,
      message_id: event.mid,
      direction: event.isEcho ? ('outbound' as const) : ('inbound' as const),
      text: event.text || null,
      attachments_json: event.attachments.length > 0 ? jsonForText(event.attachments, deliveryId) : null,
      ts: Math.floor(Date.parse(`${at.replace(' ', 'T')}Z`) / 1000),
      created_at: at,
      raw_payload_json: jsonForText(raw, deliveryId),
      is_gif: event.isGif ? (1 as const) : (0 as const),
      is_ticklegram: 0 as const,
    })),
  )
}
