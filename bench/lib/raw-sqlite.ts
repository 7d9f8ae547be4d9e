import { createRequire } from 'node:module'
import { dbTime } from '../../server/platform/db/time.ts'
import { newId } from '../../server/platform/ids.ts'
import type { CommitGroup, RawEvent, RawPost } from './raw-rows.ts'

interface Statement {
  run(...parameters: unknown[]): { changes: number | bigint }
  all(...parameters: unknown[]): unknown[]
}

interface Raw {
  prepare(sql: string): Statement
  exec(sql: string): unknown
}

/** The driver the product takes on this Node, with the product's settings and nothing in between. */
function open(file: string): Raw {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as { DatabaseSync: new (f: string) => Raw } | undefined
  const db: Raw = builtIn
    ? new builtIn.DatabaseSync(file)
    : new (createRequire(import.meta.url)('libsql') as new (f: string) => Raw)(file)
  for (const setting of [
    'busy_timeout = 5000',
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = ON',
    'wal_autocheckpoint = 20000',
    'cache_size = -65536',
  ]) {
    db.exec(`PRAGMA ${setting}`)
  }
  return db
}

const touch = `on conflict do update set
  last_message = case when excluded.last_seen_at >= last_seen_at then excluded.last_message else last_message end,
  first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)`

function platformStatements(db: Raw, object: 'page' | 'instagram') {
  const [platform, sender, users, userKey, messages, contactColumn] =
    object === 'page'
      ? (['FACEBOOK', 'FACEBOOK_USER', 'facebook_users', 'id', 'facebook_messages', 'facebook_user_id'] as const)
      : ([
          'INSTAGRAM',
          'INSTAGRAM_USER',
          'instagram_users',
          'igsid',
          'instagram_messages',
          'instagram_user_id',
        ] as const)
  return {
    contact: db.prepare(
      `insert into ${users} (${userKey}, first_seen_at, last_seen_at, last_message) values (?, ?, ?, ?) ${touch}`,
    ),
    findChat: db.prepare(`select id from chats where facebook_page_id = ? and ${contactColumn} = ?`),
    newChat: db.prepare(
      `insert into chats (id, platform, facebook_page_id, ${contactColumn}, username, status, unread_count, created_at, updated_at) values (?, '${platform}', ?, ?, ?, 'unassigned', 0, ?, ?)`,
    ),
    message: db.prepare(
      `insert into ${messages} (id, chat_id, sender, content, message_type, timestamp, metadata_json, is_gif, is_ticklegram, mid, kind, platform, ${contactColumn})
       values (?, ?, '${sender}', ?, 'text', ?, ?, 0, 0, ?, 'text', '${platform}', ?) on conflict do nothing`,
    ),
    chat: db.prepare(
      `update chats set unread_count = unread_count + 1, last_message = case when last_incoming_at > ?1 then last_message else ?2 end, last_message_kind = 'text',
       last_message_sender = '${sender}', last_incoming_at = max(coalesce(last_incoming_at, ''), ?1), updated_at = ?3 where id = ?4`,
    ),
  }
}

export function openRawSqlite(url: string): CommitGroup {
  const db = open(url.slice('sqlite:'.length))
  const of = { page: platformStatements(db, 'page'), instagram: platformStatements(db, 'instagram') }
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')
  const log = db.prepare(
    `insert into instagram_message_logs (id, igsid, message_id, direction, text, ts, created_at, raw_payload_json, is_gif, is_ticklegram) values (?, ?, ?, 'inbound', ?, ?, ?, ?, 0, 0) on conflict do nothing`,
  )
  const delivery = db.prepare(
    'insert into facebook_webhook_events (id, object, page_id, payload, received_at, events_received, events_applied, events_duplicate, events_ignored, events_parked) values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)',
  )
  const sequence = db.prepare(
    `insert into sequences (name, value) values ('changes', ?) on conflict (name) do update set value = value + excluded.value returning value`,
  )
  const change = db.prepare(
    `insert into changes (seq, type, chat_id, message_id, created_at) values (?, 'message.created', ?, ?, ?)`,
  )
  const totals = db.prepare(
    `insert into webhook_totals (day, deliveries, received, applied, duplicate, ignored, parked) values (?, ?, ?, ?, ?, 0, 0)
     on conflict (day) do update set deliveries = deliveries + excluded.deliveries, received = received + excluded.received, applied = applied + excluded.applied, duplicate = duplicate + excluded.duplicate`,
  )
  const changed: [chatId: string, messageId: string][] = []

  const apply = (post: RawPost, event: RawEvent, now: string): boolean => {
    const s = of[post.object]
    s.contact.run(event.contact, event.timestamp, event.timestamp, event.text)
    let chatId = (s.findChat.all(post.pageId, event.contact)[0] as { id: string } | undefined)?.id
    if (!chatId) {
      chatId = newId()
      s.newChat.run(chatId, post.pageId, event.contact, event.contact, event.timestamp, event.timestamp)
    }
    const id = newId()
    const metadata =
      post.object === 'page' ? `{"facebook_mid":${JSON.stringify(event.mid)},"raw_webhook":${event.raw}}` : null
    if (
      Number(s.message.run(id, chatId, event.text, event.timestamp, metadata, event.mid, event.contact).changes) === 0
    )
      return false
    s.chat.run(event.timestamp, event.text, now, chatId)
    if (post.object === 'instagram')
      log.run(id, event.contact, event.mid, event.text, event.seconds, event.timestamp, event.raw)
    changed.push([chatId, id])
    return true
  }

  return (posts) => {
    const now = dbTime(Date.now())
    let received = 0
    changed.length = 0
    begin.run()
    for (const post of posts) {
      const before = changed.length
      for (const event of post.events) apply(post, event, now)
      const applied = changed.length - before
      received += post.events.length
      delivery.run(
        post.id,
        post.object,
        post.pageId,
        post.body,
        dbTime(post.at),
        post.events.length,
        applied,
        post.events.length - applied,
      )
    }
    const [row] = sequence.all(changed.length) as { value: number }[]
    let seq = Number(row?.value) - changed.length
    for (const [chatId, messageId] of changed) change.run(++seq, chatId, messageId, now)
    totals.run(now.slice(0, 10), posts.length, received, changed.length, received - changed.length)
    commit.run()
  }
}
