import {
  bigint,
  createdAt,
  datetime,
  int,
  longtext,
  nullable,
  oneOf,
  table,
  text,
  updatedAt,
  varchar,
  withDefault,
} from './columns.ts'

/** Tables of ours beside the contract. What each is for stands in docs/data-model.md. */

const sessions = table(
  {
    id: varchar(36),
    token_hash: varchar(64),
    user_id: varchar(36),
    created_at: createdAt(),
    last_seen_at: datetime(),
    expires_at: datetime(),
    ip: nullable(varchar(64)),
    user_agent: nullable(varchar(255)),
  },
  { unique: [['token_hash']], indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

/** One row: the hash of the link that makes the first admin. `used_at` closes it for ever. */
const setup_tokens = table({
  id: varchar(36),
  token_hash: nullable(varchar(64)),
  created_at: createdAt(),
  used_at: nullable(datetime()),
})

const changes = table(
  {
    seq: bigint(),
    type: varchar(32),
    chat_id: nullable(varchar(36)),
    message_id: nullable(varchar(36)),
    user_id: nullable(varchar(36)),
    data_json: nullable(text()),
    created_at: createdAt(),
  },
  { primaryKey: ['seq'], indexes: [['created_at']] },
)

/** One row a name, locked by whoever takes numbers until its commit: numbers grow in commit order without a gap. */
const sequences = table({ name: varchar(64), value: bigint() }, { primaryKey: ['name'] })

const jobs = table(
  {
    id: varchar(36),
    kind: varchar(64),
    payload_json: text(),
    dedupe_key: nullable(varchar(255)),
    run_at: createdAt(),
    /** How often it was asked for; a request during the run shows by this number having grown. */
    requests: withDefault(int(), { literal: 1 }),
    attempts: withDefault(int(), { literal: 0 }),
    locked_by: nullable(varchar(64)),
    locked_until: nullable(datetime()),
    last_error: nullable(text()),
    done_at: nullable(datetime()),
    created_at: createdAt(),
  },
  { unique: [['dedupe_key']], indexes: [['done_at', 'run_at']] },
)

/** What happened to every event that is not a plain message: its key decides whether it came before. */
const webhook_event_keys = table(
  { key_hash: varchar(43), delivery_id: varchar(36), created_at: createdAt() },
  { primaryKey: ['key_hash'], indexes: [['created_at']] },
)

const webhook_parked_events = table(
  {
    id: varchar(36),
    delivery_id: varchar(36),
    position: int(),
    object: nullable(varchar(64)),
    page_id: nullable(varchar(255)),
    kind: varchar(64),
    reason: varchar(64),
    detail: nullable(text()),
    event_json: nullable(longtext()),
    state: withDefault(oneOf('parked', 'replayed'), { literal: 'parked' }),
    attempts: withDefault(int(), { literal: 1 }),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  { unique: [['delivery_id', 'position']], indexes: [['state', 'created_at', 'id']] },
)

/** Running totals of the ledger per day and outcome, so that the equation is shown without reading every delivery. */
const webhook_totals = table(
  {
    day: varchar(10),
    deliveries: withDefault(bigint(), { literal: 0 }),
    received: withDefault(bigint(), { literal: 0 }),
    applied: withDefault(bigint(), { literal: 0 }),
    duplicate: withDefault(bigint(), { literal: 0 }),
    ignored: withDefault(bigint(), { literal: 0 }),
    parked: withDefault(bigint(), { literal: 0 }),
  },
  { primaryKey: ['day'] },
)

/** Kinds of events that were kept and not applied, counted. */
const webhook_ignored_kinds = table(
  { object: varchar(64), kind: varchar(64), reason: varchar(64), count: bigint(), last_seen_at: datetime() },
  { primaryKey: ['object', 'kind', 'reason'] },
)

/** One row per message sent from here: the state machine of architecture section 4. */
const outbox = table(
  {
    message_id: varchar(36),
    chat_id: varchar(36),
    platform: oneOf('INSTAGRAM', 'FACEBOOK'),
    page_id: varchar(255),
    recipient_id: varchar(255),
    /** Grows with each accepted message of a chat; sending keeps this order. */
    position: bigint(),
    user_id: varchar(36),
    idempotency_key: varchar(36),
    request_hash: varchar(43),
    body_json: text(),
    state: withDefault(oneOf('queued', 'sending', 'sent', 'failed', 'unknown'), { literal: 'queued' }),
    /** An unknown outcome the agent has let go: it no longer holds back the chat's next message. */
    released_at: nullable(datetime()),
    /** Calls begun for this message. Only grows: who holds an older number may no longer write. */
    attempts: withDefault(int(), { literal: 0 }),
    /** While queued: not sent before. While unknown: when Graph is asked next. */
    next_attempt_at: datetime(),
    /** Start of the newest call. */
    called_at: nullable(datetime()),
    /** Calls since a person last decided to send, and the first of them: what bounds the automatic retries. */
    tries: withDefault(int(), { literal: 0 }),
    first_tried_at: nullable(datetime()),
    /** How often a person chose to send again although the outcome was unknown. */
    repeats: withDefault(int(), { literal: 0 }),
    /** Who last decided to retry or to send again, when that is not the author. */
    resolved_by: nullable(varchar(36)),
    /** The Meta app it is sent by: echoes that name another app are not ours. */
    app_id: nullable(varchar(64)),
    lease_owner: nullable(varchar(64)),
    lease_until: nullable(datetime()),
    reason: nullable(varchar(32)),
    error_code: nullable(varchar(64)),
    error_text: nullable(text()),
    sent_at: nullable(datetime()),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  {
    primaryKey: ['message_id'],
    unique: [
      ['chat_id', 'position'],
      ['idempotency_key', 'user_id'],
    ],
    indexes: [
      ['state', 'next_attempt_at'],
      ['chat_id', 'state'],
    ],
    foreignKeys: { chat_id: 'chats.id', user_id: 'users.id' },
  },
)

const chat_assignments = table(
  {
    id: varchar(36),
    chat_id: varchar(36),
    reason: varchar(32),
    from_user_id: nullable(varchar(36)),
    to_user_id: nullable(varchar(36)),
    by_user_id: nullable(varchar(36)),
    eligible: nullable(int()),
    note: nullable(varchar(500)),
    created_at: createdAt(),
  },
  {
    indexes: [['chat_id', 'created_at', 'id']],
    foreignKeys: { chat_id: 'chats.id' },
  },
)

/** A known text sealed with each encryption key in use: a wrong key is found at the start, not at the first send. */
const encryption_checks = table({ id: varchar(64), sealed: varchar(500) })

/** Who did what, for ever: each row carries the hash of the one before it, so that tampering shows. */
const audit_events = table(
  {
    /** The place in the chain: growing without a gap, in commit order. */
    seq: bigint(),
    id: varchar(36),
    created_at: createdAt(),
    /** Null: the command line, or somebody who has not signed in. */
    actor_id: nullable(varchar(36)),
    /** The name at that time. */
    actor_name: nullable(varchar(255)),
    action: varchar(64),
    target_type: varchar(32),
    target_id: nullable(varchar(255)),
    target_name: nullable(varchar(255)),
    before_json: nullable(longtext()),
    after_json: nullable(longtext()),
    ip: nullable(varchar(64)),
    user_agent: nullable(varchar(255)),
    request_id: nullable(varchar(64)),
    prev_hash: varchar(64),
    hash: varchar(64),
  },
  {
    primaryKey: ['seq'],
    unique: [['id']],
    indexes: [
      ['created_at', 'seq'],
      ['actor_id', 'seq'],
      ['action', 'seq'],
      ['target_id', 'seq'],
    ],
  },
)

/** Tries and requests counted for all processes. The key is a hash: what people typed is not kept. */
const auth_throttles = table(
  { key_hash: varchar(43), count: int(), first_at: datetime(), last_at: datetime() },
  { primaryKey: ['key_hash'], indexes: [['last_at']] },
)

/** The second step of signing in: the sealed secret, in force once confirmed, and the last code's time step. */
const user_totp = table(
  {
    user_id: varchar(36),
    secret: varchar(500),
    confirmed_at: nullable(datetime()),
    last_step: withDefault(bigint(), { literal: 0 }),
    created_at: createdAt(),
  },
  { primaryKey: ['user_id'], foreignKeys: { user_id: 'users.id' } },
)

const totp_recovery_codes = table(
  { code_hash: varchar(64), user_id: varchar(36), used_at: nullable(datetime()), created_at: createdAt() },
  { primaryKey: ['code_hash'], indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

/** Keys of programs that call the API for somebody. */
const api_tokens = table(
  {
    id: varchar(36),
    user_id: varchar(36),
    name: varchar(100),
    token_hash: varchar(64),
    permissions_json: text(),
    created_at: createdAt(),
    expires_at: datetime(),
    last_used_at: nullable(datetime()),
  },
  { unique: [['token_hash']], indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

export const addedTables = {
  sessions,
  setup_tokens,
  changes,
  sequences,
  jobs,
  webhook_event_keys,
  webhook_parked_events,
  webhook_totals,
  webhook_ignored_kinds,
  outbox,
  chat_assignments,
  encryption_checks,
  audit_events,
  auth_throttles,
  user_totp,
  totp_recovery_codes,
  api_tokens,
}
