import { type Connection, createConnection, type QueryResult, type ResultSetHeader, type RowDataPacket } from 'mysql2'
import { dbTime } from '../../server/platform/db/time.ts'
import { newId } from '../../server/platform/ids.ts'
import type { CommitGroup, RawEvent, RawPost } from './raw-rows.ts'

function connectTo(url: string): Connection {
  const { searchParams, hostname, port, username, password, pathname } = new URL(url)
  const socketPath = searchParams.get('socketPath')
  const connection = createConnection({
    ...(socketPath ? { socketPath } : { host: hostname, port: Number(port || 3306) }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    dateStrings: true,
    charset: 'utf8mb4',
    flags: ['-FOUND_ROWS'],
  })
  connection.query(
    `SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', tx_isolation = 'READ-COMMITTED'`,
  )
  return connection
}

const platforms = {
  page: {
    platform: 'FACEBOOK',
    sender: 'FACEBOOK_USER',
    users: 'facebook_users',
    userKey: 'id',
    messages: 'facebook_messages',
    contactColumn: 'facebook_user_id',
  },
  instagram: {
    platform: 'INSTAGRAM',
    sender: 'INSTAGRAM_USER',
    users: 'instagram_users',
    userKey: 'igsid',
    messages: 'instagram_messages',
    contactColumn: 'instagram_user_id',
  },
} as const

interface Arrived {
  id: string
  post: RawPost
  event: RawEvent
  chatId: string
}

/** Group commit with one statement per kind of row, whatever the size of the group. */
export function openRawMysql(url: string): CommitGroup {
  const connection = connectTo(url)
  const query = <T extends QueryResult>(sql: string, parameters: unknown[] = []) =>
    new Promise<T>((resolve, reject) =>
      connection.query<T>(sql, parameters, (error, result) => (error ? reject(error) : resolve(result))),
    )

  /** Contacts, chats and messages of one platform; returns the messages that were new. */
  async function applyPlatform(
    object: 'page' | 'instagram',
    posts: readonly RawPost[],
    now: string,
  ): Promise<Arrived[]> {
    const p = platforms[object]
    const arrived = posts
      .filter((post) => post.object === object)
      .flatMap((post) => post.events.map((event): Arrived => ({ id: newId(), post, event, chatId: '' })))
    if (arrived.length === 0) return []
    const latest = new Map(arrived.map((a) => [a.event.contact, a]))
    const contacts = [...latest.keys()].sort()
    await query(
      `insert into ${p.users} (${p.userKey}, first_seen_at, last_seen_at, last_message) values ? on duplicate key update
       last_message = if(values(last_seen_at) >= last_seen_at, values(last_message), last_message),
       first_seen_at = least(first_seen_at, values(first_seen_at)), last_seen_at = greatest(last_seen_at, values(last_seen_at))`,
      [
        contacts.map((c) => [
          c,
          latest.get(c)?.event.timestamp,
          latest.get(c)?.event.timestamp,
          latest.get(c)?.event.text,
        ]),
      ],
    )
    const pageId = arrived[0]?.post.pageId
    const rows = await query<RowDataPacket[]>(
      `select id, ${p.contactColumn} as contact from chats where facebook_page_id = ? and ${p.contactColumn} in (?) for update`,
      [pageId, contacts],
    )
    const chatIds = new Map(rows.map((row) => [row.contact as string, row.id as string]))
    const missing = contacts.filter((c) => !chatIds.has(c))
    for (const c of missing) chatIds.set(c, newId())
    if (missing.length > 0) {
      await query(
        `insert into chats (id, platform, facebook_page_id, ${p.contactColumn}, username, status, unread_count, created_at, updated_at) values ?`,
        [missing.map((c) => [chatIds.get(c), p.platform, pageId, c, c, 'unassigned', 0, now, now])],
      )
    }
    for (const a of arrived) a.chatId = chatIds.get(a.event.contact) ?? ''
    const { affectedRows } = await query<ResultSetHeader>(
      `insert into ${p.messages} (id, chat_id, sender, content, message_type, timestamp, metadata_json, is_gif, is_ticklegram, mid, kind, platform, ${p.contactColumn}) values ? on duplicate key update id = id`,
      [
        arrived.map(({ id, event, chatId }) => [
          id,
          chatId,
          p.sender,
          event.text,
          'text',
          event.timestamp,
          object === 'page' ? `{"facebook_mid":${JSON.stringify(event.mid)},"raw_webhook":${event.raw}}` : null,
          0,
          0,
          event.mid,
          'text',
          p.platform,
          event.contact,
        ]),
      ],
    )
    const added = affectedRows === arrived.length ? arrived : await onlyStored(p.messages, arrived)
    await updateChats(p, added, now)
    return added
  }

  async function onlyStored(messages: string, arrived: Arrived[]): Promise<Arrived[]> {
    const rows = await query<RowDataPacket[]>(`select id from ${messages} where id in (?)`, [arrived.map((a) => a.id)])
    const ids = new Set(rows.map((row) => row.id as string))
    return arrived.filter((a) => ids.has(a.id))
  }

  async function updateChats(
    p: (typeof platforms)['page' | 'instagram'],
    added: Arrived[],
    now: string,
  ): Promise<void> {
    if (added.length === 0) return
    const chats = new Map<string, { unread: number; last: Arrived }>()
    for (const a of added) chats.set(a.chatId, { unread: (chats.get(a.chatId)?.unread ?? 0) + 1, last: a })
    await query(
      `insert into chats (id, platform, username, unread_count, last_message, last_message_kind, last_message_sender, last_incoming_at, updated_at) values ? on duplicate key update
       last_message = if(last_incoming_at > values(last_incoming_at), last_message, values(last_message)), last_message_kind = values(last_message_kind),
       last_message_sender = values(last_message_sender), unread_count = unread_count + values(unread_count),
       last_incoming_at = greatest(coalesce(last_incoming_at, ''), values(last_incoming_at)), updated_at = values(updated_at)`,
      [
        [...chats]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, { unread, last }]) => [
            id,
            p.platform,
            '',
            unread,
            last.event.text,
            'text',
            p.sender,
            last.event.timestamp,
            now,
          ]),
      ],
    )
  }

  return async (posts) => {
    const now = dbTime(Date.now())
    await query('begin')
    const onPage = await applyPlatform('page', posts, now)
    const onInstagram = await applyPlatform('instagram', posts, now)
    const added = [...onPage, ...onInstagram]
    if (onInstagram.length > 0) {
      await query(
        'insert into instagram_message_logs (id, igsid, message_id, direction, text, ts, created_at, raw_payload_json, is_gif, is_ticklegram) values ? on duplicate key update id = id',
        [
          onInstagram.map(({ id, event }) => [
            id,
            event.contact,
            event.mid,
            'inbound',
            event.text,
            event.seconds,
            event.timestamp,
            event.raw,
            0,
            0,
          ]),
        ],
      )
    }
    const newOf = new Map<RawPost, number>()
    for (const { post } of added) newOf.set(post, (newOf.get(post) ?? 0) + 1)
    await query(
      'insert into facebook_webhook_events (id, object, page_id, payload, received_at, events_received, events_applied, events_duplicate, events_ignored, events_parked) values ?',
      [
        posts.map((post) => [
          post.id,
          post.object,
          post.pageId,
          post.body,
          dbTime(post.at),
          post.events.length,
          newOf.get(post) ?? 0,
          post.events.length - (newOf.get(post) ?? 0),
          0,
          0,
        ]),
      ],
    )
    const received = posts.reduce((sum, post) => sum + post.events.length, 0)
    await query(
      `insert into webhook_totals (day, deliveries, received, applied, duplicate, ignored, parked) values (?) on duplicate key update deliveries = deliveries + values(deliveries),
       received = received + values(received), applied = applied + values(applied), duplicate = duplicate + values(duplicate)`,
      [[now.slice(0, 10), posts.length, received, added.length, received - added.length, 0, 0]],
    )
    if (added.length > 0) {
      const { insertId } = await query<ResultSetHeader>(
        `insert into sequences (name, value) values ('changes', last_insert_id(?)) on duplicate key update value = last_insert_id(value + ?)`,
        [added.length, added.length],
      )
      const first = insertId - added.length + 1
      await query('insert into changes (seq, type, chat_id, message_id, created_at) values ?', [
        added.map((a, i) => [first + i, 'message.created', a.chatId, a.id, now]),
      ])
    }
    await query('commit')
  }
}
