import type { Insertable, Selectable } from 'kysely'
import type { MessageKind, MessageSender } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'
import type { Ctx } from '../ctx.ts'
import type { Tables } from '../data/tables.ts'
import { insertNew, locked, updateAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'

type Row = Pick<Selectable<Tables['chats']>, (typeof columns)[number]>

const columns = [
  'id',
  'platform',
  'facebook_page_id',
  'instagram_user_id',
  'facebook_user_id',
  'status',
  'assigned_to',
  'unread_count',
  'last_message',
  'last_message_kind',
  'last_message_sender',
  'last_incoming_at',
  'last_outgoing_at',
  'delivered_watermark',
  'read_watermark',
  'read_mid',
] as const

export interface SheetChat {
  row: Row
  isNew: boolean
  /** What is to be written: what messages change, or everything. */
  changed: false | 'messages' | 'all'
  /** A customer's message came in that asks for an agent. */
  wantsAgent: boolean
}

export interface ChatAddress {
  platform: Platform
  accountId: string
  contactId: string
}

export const contactColumn = (platform: Platform) =>
  platform === 'INSTAGRAM' ? 'instagram_user_id' : 'facebook_user_id'
const addressKey = ({ platform, accountId, contactId }: ChatAddress) =>
  `${platform} ${accountId.length} ${accountId} ${contactId}`

/**
 * The chats one ingest transaction works on: read once with their locks, changed in memory, written once. So a burst
 * of messages costs each chat one read and one write.
 */
export class ChatSheet {
  readonly #ctx: Ctx
  readonly #tx: Tx
  readonly #byAddress = new Map<string, SheetChat>()
  readonly #byId = new Map<string, SheetChat>()

  constructor(ctx: Ctx, tx: Tx) {
    this.#ctx = ctx
    this.#tx = tx
  }

  find(address: ChatAddress): SheetChat | undefined {
    return this.#byAddress.get(addressKey(address))
  }

  /** Reads and locks the chats at these addresses that exist. */
  async load(addresses: readonly ChatAddress[]): Promise<void> {
    const missing = unique(addresses).filter((a) => !this.find(a))
    for (const group of groupBy(missing, (a) => `${a.platform} ${a.accountId}`)) {
      const [{ platform, accountId }] = group as [ChatAddress]
      const column = contactColumn(platform)
      const rows = await locked(
        this.#tx,
        this.#tx.q
          .selectFrom('chats')
          .select(columns)
          .where('facebook_page_id', '=', accountId)
          .where(column, 'in', padded(group.map((a) => a.contactId))),
      ).execute()
      for (const row of rows) this.#add(row, false)
    }
  }

  /** Reads and locks, and opens those that do not exist; the unique key decides who opened one (ING-17). */
  async open(addresses: readonly ChatAddress[], at: (a: ChatAddress) => number): Promise<void> {
    await this.load(addresses)
    const fresh = unique(addresses).filter((a) => !this.find(a))
    if (fresh.length === 0) return
    const rows = fresh.map((a) => newChat(a, at(a)))
    const added = await insertNew(this.#tx, 'chats', rows)
    await this.load(fresh)
    for (const [i, address] of fresh.entries()) {
      const chat = this.find(address)
      if (!chat || !added.has(rows[i]?.id ?? '')) continue
      chat.isNew = true
      await this.#ctx.jobs.enqueue(this.#tx, {
        kind: 'profile',
        payload: { platform: address.platform, pageId: address.accountId, contactId: address.contactId },
        dedupeKey: `profile:${address.platform}:${address.contactId}`,
      })
    }
  }

  /** A message that is new in its chat. Last message and times are the newest by Meta's time, whatever came first (ING-7). */
  addMessage(
    chat: SheetChat,
    m: { sender: MessageSender; incoming: boolean; at: string; content: string; kind: MessageKind; announced: boolean },
  ): void {
    const { row } = chat
    const newest = max(row.last_incoming_at, row.last_outgoing_at)
    if (newest === null || m.at >= newest) {
      row.last_message = m.content
      row.last_message_kind = m.kind
      row.last_message_sender = m.sender
    }
    if (m.incoming) row.last_incoming_at = max(row.last_incoming_at, m.at)
    else row.last_outgoing_at = max(row.last_outgoing_at, m.at)
    if (m.incoming && m.announced) {
      row.unread_count = (row.unread_count ?? 0) + 1
      chat.wantsAgent = true
    }
    chat.changed ||= 'messages'
  }

  /** Moves a mark forward; false when it stands there or further already. */
  moveMark(chat: SheetChat, mark: 'delivered_watermark' | 'read_watermark', to: string): boolean {
    const now = chat.row[mark]
    if (now !== null && now >= to) return false
    chat.row[mark] = to
    chat.changed = 'all'
    return true
  }

  toAssign(): { id: string; isNew: boolean }[] {
    return [...this.#byId.values()]
      .filter((c) => c.wantsAgent && c.row.assigned_to === null)
      .map((c) => ({ id: c.row.id, isNew: c.isNew }))
  }

  assign(chatId: string, userId: string): void {
    const chat = this.#byId.get(chatId)
    if (!chat) return
    chat.row.assigned_to = userId
    chat.row.status = 'assigned'
    chat.changed = 'all'
    this.#tx.change({ type: 'chat.assigned', chatId, data: { from: null, to: userId } })
  }

  /** Writes the chats that changed. Their locks are held, so the order does not matter. */
  async save(): Promise<void> {
    const now = dbTime(this.#ctx.clock.now())
    const changed = (what: 'messages' | 'all') =>
      [...this.#byId.values()].filter((c) => c.changed === what).sort((a, b) => (a.row.id < b.row.id ? -1 : 1))
    const ofMessages = ({ row }: SheetChat) => ({
      id: row.id,
      unread_count: row.unread_count,
      last_message: row.last_message,
      last_message_kind: row.last_message_kind,
      last_message_sender: row.last_message_sender,
      last_incoming_at: row.last_incoming_at,
      last_outgoing_at: row.last_outgoing_at,
      updated_at: now,
    })
    // Naming an indexed column rewrites its indexes on SQLite even where the value stays: most chats need it not.
    await updateAll(this.#tx, 'chats', changed('messages').map(ofMessages))
    await updateAll(
      this.#tx,
      'chats',
      changed('all').map((chat) => ({
        ...ofMessages(chat),
        status: chat.row.status,
        assigned_to: chat.row.assigned_to,
        delivered_watermark: chat.row.delivered_watermark,
        read_watermark: chat.row.read_watermark,
        read_mid: chat.row.read_mid,
      })),
    )
  }

  #add(row: Row, isNew: boolean): void {
    const chat: SheetChat = { row, isNew, changed: false, wantsAgent: false }
    const contactId = (row.platform === 'INSTAGRAM' ? row.instagram_user_id : row.facebook_user_id) ?? ''
    this.#byAddress.set(addressKey({ platform: row.platform, accountId: row.facebook_page_id ?? '', contactId }), chat)
    this.#byId.set(row.id, chat)
  }
}

/** What a person is called until their profile is known. */
export const placeholderName = (platform: Platform, contactId: string) =>
  `${platform === 'INSTAGRAM' ? 'Instagram' : 'Messenger'} …${contactId.slice(-4)}`

function newChat(
  { platform, accountId, contactId }: ChatAddress,
  at: number,
): Insertable<Tables['chats']> & { id: string } {
  const time = dbTime(at)
  return {
    id: newId(),
    platform,
    facebook_page_id: accountId,
    instagram_user_id: platform === 'INSTAGRAM' ? contactId : null,
    facebook_user_id: platform === 'FACEBOOK' ? contactId : null,
    username: placeholderName(platform, contactId),
    status: 'unassigned',
    unread_count: 0,
    created_at: time,
    updated_at: time,
  }
}

function max(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}

const unique = (addresses: readonly ChatAddress[]) => [...new Map(addresses.map((a) => [addressKey(a), a])).values()]

function groupBy<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(key(value)) ?? []
    group.push(value)
    groups.set(key(value), group)
  }
  return [...groups.values()]
}

/** Lists of a few fixed lengths, so that few different statements are prepared. */
export function padded<T>(values: readonly T[]): T[] {
  let length = 1
  while (length < values.length) length *= 2
  return [...values, ...Array(length - values.length).fill(values[0])]
}
