import {
  bigint,
  blob,
  bool,
  createdAt,
  datetime,
  float,
  generated,
  int,
  json,
  nullable,
  oneOf,
  serialKey,
  table,
  text,
  updatedAt,
  uuidKey,
  varchar,
  withDefault,
} from './columns.ts'

/**
 * The given data model. Columns under `ours` are additions by the rule of docs/data-model.md: nullable, defaulted or
 * generated, so that a program that knows only the contract can still read and write.
 */

const no = { literal: false } as const
const yes = { literal: true } as const
const messageSender = () => oneOf('AGENT', 'INSTAGRAM_USER', 'FACEBOOK_USER', 'INSTAGRAM_PAGE', 'FACEBOOK_PAGE')

const positions = table(
  {
    id: uuidKey(),
    name: varchar(255),
    slug: varchar(255),
    description: nullable(text()),
    permissions_json: withDefault(text(), { literal: '[]' }),
    is_system: withDefault(bool(), no),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  { unique: [['slug']], indexes: [] },
)

const users = table(
  {
    id: uuidKey(),
    name: varchar(255),
    email: nullable(varchar(255)),
    contact_number: nullable(varchar(50)),
    country: nullable(varchar(100)),
    emp_id: nullable(varchar(100)),
    password_hash: varchar(255),
    role: withDefault(oneOf('admin', 'agent'), { literal: 'agent' }),
    position_id: nullable(varchar(36)),
    is_active: withDefault(bool(), yes),
    can_receive_new_chats: withDefault(bool(), yes),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  {
    unique: [['email'], ['contact_number'], ['emp_id']],
    indexes: [['position_id']],
    foreignKeys: { position_id: 'positions.id' },
  },
)

const password_reset_tokens = table(
  {
    id: uuidKey(),
    user_id: varchar(36),
    token_hash: varchar(128),
    expires_at: datetime(),
    used_at: nullable(datetime()),
    created_at: createdAt(),
    updated_at: updatedAt(),
    // ours
    purpose: withDefault(oneOf('reset', 'invitation'), { literal: 'reset' }),
  },
  { unique: [['token_hash']], indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

const db_schema_snapshots = table({
  id: serialKey(),
  created_at: createdAt(),
  snapshot_json: text(),
  comment: nullable(varchar(255)),
})

const db_schema_changes = table(
  {
    id: serialKey(),
    snapshot_id: int(),
    change_type: varchar(50),
    table_name: varchar(255),
    column_name: nullable(varchar(255)),
    details_json: nullable(text()),
    created_at: createdAt(),
  },
  { indexes: [['snapshot_id']], foreignKeys: { snapshot_id: 'db_schema_snapshots.id' } },
)

const instagram_accounts = table(
  {
    id: uuidKey(),
    user_id: varchar(36),
    page_id: varchar(255),
    access_token: varchar(500),
    username: nullable(varchar(255)),
    connected_at: createdAt(),
    // ours
    login_type: withDefault(oneOf('instagram', 'facebook'), { literal: 'instagram' }),
    token_state: withDefault(oneOf('valid', 'invalid'), { literal: 'valid' }),
  },
  { indexes: [['user_id'], ['page_id']], foreignKeys: { user_id: 'users.id' } },
)

const lastActivity = `COALESCE(CASE WHEN last_incoming_at IS NULL OR last_outgoing_at > last_incoming_at THEN last_outgoing_at ELSE last_incoming_at END, created_at)`
const waitingSince = `CASE WHEN last_incoming_at IS NOT NULL AND (last_outgoing_at IS NULL OR last_outgoing_at < last_incoming_at) THEN last_incoming_at END`

const chats = table(
  {
    id: uuidKey(),
    instagram_user_id: nullable(varchar(255)),
    facebook_user_id: nullable(varchar(255)),
    username: varchar(255),
    profile_pic_url: nullable(text()),
    last_message: nullable(text()),
    status: withDefault(oneOf('assigned', 'unassigned'), { literal: 'unassigned' }),
    assigned_to: nullable(varchar(36)),
    unread_count: withDefault(nullable(int()), { literal: 0 }),
    platform: withDefault(oneOf('INSTAGRAM', 'FACEBOOK'), { literal: 'INSTAGRAM' }),
    facebook_page_id: nullable(varchar(255)),
    created_at: createdAt(),
    updated_at: updatedAt(),
    last_incoming_at: nullable(datetime()),
    last_outgoing_at: nullable(datetime()),
    // ours
    last_message_kind: nullable(varchar(32)),
    last_message_sender: nullable(messageSender()),
    delivered_watermark: nullable(datetime()),
    read_watermark: nullable(datetime()),
    read_mid: nullable(varchar(512)),
    activity_at: generated(datetime(), lastActivity),
    waiting_since: generated(datetime(), waitingSince),
  },
  {
    unique: [
      ['facebook_page_id', 'instagram_user_id'],
      ['facebook_page_id', 'facebook_user_id'],
    ],
    indexes: [
      ['instagram_user_id'],
      ['facebook_user_id'],
      ['assigned_to'],
      ['platform'],
      // The last column is not for the order: it lets a list of closing windows skip the others without reading them.
      ['activity_at', 'id', 'last_incoming_at'],
      ['assigned_to', 'activity_at', 'id', 'last_incoming_at'],
      ['waiting_since', 'id'],
      ['facebook_page_id', 'activity_at', 'id'],
    ],
    foreignKeys: {
      instagram_user_id: 'instagram_users.igsid',
      facebook_user_id: 'facebook_users.id',
      assigned_to: 'users.id',
    },
  },
)

const assignment_cursors = table(
  { name: varchar(64), last_user_id: nullable(varchar(36)), updated_at: updatedAt() },
  { primaryKey: ['name'] },
)

const facebook_users = table({
  id: varchar(255),
  first_seen_at: createdAt(),
  last_seen_at: updatedAt(),
  last_message: nullable(text()),
  username: nullable(varchar(255)),
  name: nullable(varchar(255)),
  profile_pic_url: nullable(text()),
  // ours
  profile_checked_at: nullable(datetime()),
})

const instagram_users = table(
  {
    igsid: varchar(255),
    first_seen_at: createdAt(),
    last_seen_at: updatedAt(),
    last_message: nullable(text()),
    username: nullable(varchar(255)),
    name: nullable(varchar(255)),
    // ours
    profile_checked_at: nullable(datetime()),
  },
  { primaryKey: ['igsid'] },
)

const ourMessageColumns = {
  mid: nullable(varchar(512)),
  kind: withDefault(varchar(32), { literal: 'text' }),
  sent_by: nullable(varchar(36)),
  origin_app_id: nullable(varchar(64)),
  reply_to_mid: nullable(varchar(512)),
}

const instagram_messages = table(
  {
    id: uuidKey(),
    chat_id: varchar(36),
    sender: messageSender(),
    content: text(),
    message_type: withDefault(oneOf('text', 'image'), { literal: 'text' }),
    timestamp: createdAt(),
    attachments_json: nullable(text()),
    metadata_json: nullable(text()),
    is_gif: withDefault(bool(), no),
    is_ticklegram: withDefault(bool(), no),
    platform: oneOf('INSTAGRAM'),
    instagram_user_id: varchar(255),
    // ours
    ...ourMessageColumns,
  },
  {
    unique: [['chat_id', 'mid']],
    indexes: [['instagram_user_id'], ['chat_id', 'timestamp', 'id']],
    foreignKeys: { chat_id: 'chats.id', instagram_user_id: 'instagram_users.igsid' },
  },
)

const facebook_messages = table(
  {
    id: uuidKey(),
    chat_id: varchar(36),
    sender: messageSender(),
    content: text(),
    message_type: withDefault(oneOf('text', 'image'), { literal: 'text' }),
    timestamp: createdAt(),
    attachments_json: nullable(text()),
    metadata_json: nullable(text()),
    is_gif: withDefault(bool(), no),
    is_ticklegram: withDefault(bool(), no),
    platform: oneOf('FACEBOOK'),
    facebook_user_id: varchar(255),
    // ours
    ...ourMessageColumns,
  },
  {
    unique: [['chat_id', 'mid']],
    indexes: [['facebook_user_id'], ['chat_id', 'timestamp', 'id']],
    foreignKeys: { chat_id: 'chats.id', facebook_user_id: 'facebook_users.id' },
  },
)

const count = () => withDefault(int(), { literal: 0 })

const facebook_webhook_events = table(
  {
    id: uuidKey(),
    object: nullable(varchar(64)),
    page_id: nullable(varchar(255)),
    payload: json(),
    received_at: createdAt(),
    // ours
    raw_body: nullable(blob()),
    events_received: count(),
    events_applied: count(),
    events_duplicate: count(),
    events_ignored: count(),
    events_parked: count(),
  },
  { indexes: [['page_id'], ['received_at', 'id']] },
)

const facebook_pages = table(
  {
    id: uuidKey(),
    user_id: varchar(36),
    page_id: varchar(255),
    page_name: nullable(varchar(255)),
    access_token: varchar(500),
    is_active: withDefault(bool(), yes),
    connected_at: createdAt(),
    updated_at: updatedAt(),
    // ours
    token_state: withDefault(oneOf('valid', 'invalid'), { literal: 'valid' }),
  },
  { unique: [['page_id']], indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

const facebook_page_status_logs = table(
  {
    id: uuidKey(),
    page_id: varchar(255),
    changed_by: varchar(255),
    changed_to: bool(),
    changed_at: createdAt(),
    note: nullable(text()),
  },
  { indexes: [['page_id']], foreignKeys: { page_id: 'facebook_pages.page_id' } },
)

const user_status_logs = table(
  {
    id: uuidKey(),
    user_id: varchar(36),
    changed_by: varchar(255),
    changed_to: bool(),
    changed_at: createdAt(),
    note: nullable(text()),
  },
  { indexes: [['user_id']], foreignKeys: { user_id: 'users.id' } },
)

const message_templates = table(
  {
    id: uuidKey(),
    name: varchar(255),
    content: text(),
    category: varchar(50),
    platform: oneOf('INSTAGRAM', 'FACEBOOK'),
    meta_template_id: nullable(varchar(255)),
    meta_submission_id: nullable(varchar(255)),
    meta_submission_status: nullable(varchar(50)),
    is_meta_approved: withDefault(bool(), no),
    created_by: varchar(36),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  { foreignKeys: { created_by: 'users.id' }, indexes: [['created_by']] },
)

const instagram_message_logs = table(
  {
    id: uuidKey(),
    igsid: varchar(255),
    message_id: nullable(varchar(512)),
    direction: oneOf('inbound', 'outbound'),
    text: nullable(text()),
    attachments_json: nullable(text()),
    ts: bigint(),
    created_at: createdAt(),
    raw_payload_json: nullable(text()),
    metadata_json: nullable(text()),
    is_gif: withDefault(bool(), no),
    is_ticklegram: withDefault(bool(), no),
  },
  {
    unique: [['message_id']],
    indexes: [['igsid'], ['ts']],
    foreignKeys: { igsid: 'instagram_users.igsid' },
  },
)

const instagram_comments = table(
  {
    id: varchar(255),
    media_id: varchar(255),
    author_id: nullable(varchar(255)),
    text: nullable(text()),
    hidden: withDefault(bool(), no),
    action: withDefault(oneOf('created', 'updated', 'deleted'), { literal: 'created' }),
    mentioned_user_id: nullable(varchar(255)),
    attachments_json: nullable(text()),
    ts: bigint(),
    created_at: createdAt(),
    updated_at: updatedAt(),
  },
  { indexes: [['media_id'], ['author_id'], ['ts']] },
)

const instagram_marketing_events = table(
  {
    id: uuidKey(),
    event_name: varchar(120),
    value: nullable(float()),
    currency: nullable(varchar(10)),
    pixel_id: nullable(varchar(255)),
    external_event_id: nullable(varchar(255)),
    status: nullable(varchar(50)),
    payload_json: nullable(text()),
    response_json: nullable(text()),
    ts: bigint(),
    created_at: createdAt(),
  },
  { unique: [['external_event_id']], indexes: [['ts']] },
)

const instagram_insights = table(
  {
    id: uuidKey(),
    scope: oneOf('account', 'media', 'story', 'profile'),
    entity_id: varchar(255),
    period: nullable(varchar(50)),
    metrics_json: text(),
    fetched_at: createdAt(),
  },
  { indexes: [['entity_id'], ['fetched_at']] },
)

export const contractTables = {
  positions,
  users,
  password_reset_tokens,
  db_schema_snapshots,
  db_schema_changes,
  instagram_accounts,
  instagram_users,
  facebook_users,
  chats,
  assignment_cursors,
  instagram_messages,
  facebook_messages,
  facebook_webhook_events,
  facebook_pages,
  facebook_page_status_logs,
  user_status_logs,
  message_templates,
  instagram_message_logs,
  instagram_comments,
  instagram_marketing_events,
  instagram_insights,
}
