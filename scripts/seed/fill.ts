import type { Insertable } from 'kysely'
import type { Tables } from '../../server/data/tables.ts'
import type { Database } from '../../server/platform/db/open.ts'
import { insertAll } from '../../server/platform/db/rows.ts'
import { dbTime } from '../../server/platform/db/time.ts'
import type { Tx } from '../../server/platform/db/transaction.ts'
import { type SeededPeople, seedPeople } from './people.ts'
import { type Plan, planMessages, type SeedSize } from './plan.ts'
import { idAt, midFrom, personIdFrom, pick, type Random, randomFrom } from './random.ts'
import { answer, followUp, opening, personName, userName } from './words.ts'

const day = 24 * 3_600_000
const rowsPerCommit = 20_000

export interface Seeded extends SeededPeople {
  chatIds: string[]
  /** The chat with the most messages. */
  longestChatId: string
}

interface SeededChat {
  id: string
  platform: 'INSTAGRAM' | 'FACEBOOK'
  channelId: string
  contactId: string
  assignedTo: string | null
}

/** Fills a migrated database. The same size and moment give the same rows in an empty one, the ids included. */
export async function fillDatabase(
  database: Database,
  {
    passwordHash = '!',
    progress = () => {},
    ...size
  }: SeedSize & { passwordHash?: string; progress?: (line: string) => void },
): Promise<Seeded> {
  const { before } = await database.q
    .selectFrom('chats')
    .select((e) => e.fn.countAll<number>().as('before'))
    .executeTakeFirstOrThrow()
  const random = randomFrom(2 + Number(before))
  const people = await seedPeople(database, { random, agents: size.agents, since: size.now - 200 * day, passwordHash })
  const plan = planMessages(size)
  const chats = Array.from(plan.count, (_, i) =>
    planChat(random, people, plan, { i, number: Number(before) + i, now: size.now }),
  )
  await writeChats(database, { random, chats, plan, progress })
  await writeMessages(database, { random, chats, plan, now: size.now, progress })
  const longest = plan.count.indexOf(plan.count.reduce((a, b) => Math.max(a, b), 0))
  return { ...people, chatIds: chats.map((c) => c.id), longestChatId: chats[longest]?.id ?? '' }
}

function planChat(
  random: Random,
  { channels, agents }: SeededPeople,
  plan: Plan,
  { i, number, now }: { i: number; number: number; now: number },
): SeededChat {
  const channel = pick(random, channels)
  const waitsSince = plan.lastIncoming[i] ?? 0
  const fresh = waitsSince > (plan.lastOutgoing[i] ?? 0) && now - waitsSince < day
  return {
    id: idAt(random, plan.firstAt[i] ?? now),
    platform: channel.platform,
    channelId: channel.id,
    contactId: personIdFrom(random, number),
    assignedTo: random() < (fresh ? 0.3 : 0.02) ? null : pick(random, agents).id,
  }
}

type Work = { random: Random; chats: SeededChat[]; plan: Plan; progress: (line: string) => void }

async function inSteps(
  database: Database,
  total: number,
  write: (tx: Tx, from: number, to: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < total; from += rowsPerCommit) {
    await database.transaction((tx) => write(tx, from, Math.min(total, from + rowsPerCommit)))
  }
}

async function writeChats(database: Database, { random, chats, plan, progress }: Work): Promise<void> {
  await inSteps(database, chats.length, async (tx, from, to) => {
    const rows = chats.slice(from, to).map((chat, k) => ({ chat, row: chatRow(random, plan, chat, from + k) }))
    const seen = ({ row }: (typeof rows)[number]) => ({
      first_seen_at: row.created_at,
      last_seen_at: row.last_incoming_at,
      last_message: row.last_message,
      name: row.username,
    })
    const instagram = rows.filter((r) => r.chat.platform === 'INSTAGRAM')
    const facebook = rows.filter((r) => r.chat.platform === 'FACEBOOK')
    await insertAll(
      tx,
      'instagram_users',
      instagram.map((r) => ({
        ...seen(r),
        igsid: r.chat.contactId,
        username: userName(random, Number(r.chat.contactId.slice(-9))),
      })) as Insertable<Tables['instagram_users']>[],
    )
    await insertAll(
      tx,
      'facebook_users',
      facebook.map((r) => ({ ...seen(r), id: r.chat.contactId })) as Insertable<Tables['facebook_users']>[],
    )
    await insertAll(
      tx,
      'chats',
      rows.map((r) => r.row),
    )
    await insertAll(
      tx,
      'chat_assignments',
      rows
        .filter((r) => r.chat.assignedTo)
        .map(({ chat, row }) => ({
          id: idAt(random, plan.firstAt[0] ?? 0),
          chat_id: chat.id,
          reason: 'rotation',
          to_user_id: chat.assignedTo,
          eligible: 7,
          created_at: row.created_at,
        })) as Insertable<Tables['chat_assignments']>[],
    )
    progress(`${to} chats`)
  })
}

function chatRow(random: Random, plan: Plan, chat: SeededChat, i: number): Insertable<Tables['chats']> {
  const incoming = plan.lastIncoming[i] ?? 0
  const outgoing = plan.lastOutgoing[i] ?? 0
  const waiting = incoming > outgoing
  return {
    id: chat.id,
    platform: chat.platform,
    facebook_page_id: chat.channelId,
    instagram_user_id: chat.platform === 'INSTAGRAM' ? chat.contactId : null,
    facebook_user_id: chat.platform === 'FACEBOOK' ? chat.contactId : null,
    username: personName(random),
    last_message: waiting ? followUp(random) : answer(random),
    last_message_kind: 'text',
    last_message_sender: waiting ? (chat.platform === 'INSTAGRAM' ? 'INSTAGRAM_USER' : 'FACEBOOK_USER') : 'AGENT',
    status: chat.assignedTo ? 'assigned' : 'unassigned',
    assigned_to: chat.assignedTo,
    unread_count: waiting && random() < 0.6 ? 1 + Math.floor(random() * 4) : 0,
    created_at: dbTime(plan.firstAt[i] ?? 0),
    updated_at: dbTime(Math.max(incoming, outgoing)),
    last_incoming_at: incoming > 0 ? dbTime(incoming) : null,
    last_outgoing_at: outgoing > 0 ? dbTime(outgoing) : null,
    read_watermark: outgoing > 0 && random() < 0.7 ? dbTime(outgoing) : null,
    delivered_watermark: outgoing > 0 ? dbTime(outgoing) : null,
  }
}

async function writeMessages(
  database: Database,
  { random, chats, plan, now, progress }: Work & { now: number },
): Promise<void> {
  const seen = new Uint8Array(chats.length)
  const positions = new Uint32Array(chats.length)
  await inSteps(database, plan.at.length, async (tx, from, to) => {
    const instagram: Insertable<Tables['instagram_messages']>[] = []
    const facebook: Insertable<Tables['facebook_messages']>[] = []
    const outbox: Insertable<Tables['outbox']>[] = []
    for (let m = from; m < to; m++) {
      const i = plan.chatOf[m] ?? 0
      const chat = chats[i] as SeededChat
      const at = plan.at[m] ?? 0
      const incoming = plan.incoming[m] === 1
      const row = messageRow(random, chat, { at, incoming, isFirst: seen[i] === 0 })
      seen[i] = 1
      if (chat.platform === 'INSTAGRAM')
        instagram.push({ ...row, platform: 'INSTAGRAM', instagram_user_id: chat.contactId })
      else facebook.push({ ...row, platform: 'FACEBOOK', facebook_user_id: chat.contactId })
      if (row.sender !== 'AGENT' || !row.sent_by || now - at > 14 * day) continue
      positions[i] = (positions[i] ?? 0) + 1
      outbox.push(
        outboxRow(random, chat, {
          messageId: row.id,
          userId: row.sent_by,
          text: row.content,
          at,
          position: positions[i] ?? 1,
        }),
      )
    }
    await insertAll(tx, 'instagram_messages', instagram)
    await insertAll(tx, 'facebook_messages', facebook)
    await insertAll(tx, 'outbox', outbox)
    progress(`${to} messages`)
  })
}

function messageRow(
  random: Random,
  chat: SeededChat,
  { at, incoming, isFirst }: { at: number; incoming: boolean; isFirst: boolean },
) {
  const instagram = chat.platform === 'INSTAGRAM'
  const sentHere = !incoming && chat.assignedTo !== null && random() < 0.95
  const sender = incoming
    ? instagram
      ? ('INSTAGRAM_USER' as const)
      : ('FACEBOOK_USER' as const)
    : sentHere
      ? ('AGENT' as const)
      : instagram
        ? ('INSTAGRAM_PAGE' as const)
        : ('FACEBOOK_PAGE' as const)
  return {
    id: idAt(random, at),
    chat_id: chat.id,
    sender,
    content: isFirst ? opening(random) : incoming ? followUp(random) : answer(random),
    timestamp: dbTime(at),
    is_ticklegram: sentHere ? (1 as const) : (0 as const),
    mid: midFrom(random),
    kind: 'text',
    sent_by: sentHere ? chat.assignedTo : null,
  }
}

function outboxRow(
  random: Random,
  chat: SeededChat,
  {
    messageId,
    userId,
    text,
    at,
    position,
  }: { messageId: string; userId: string; text: string; at: number; position: number },
): Insertable<Tables['outbox']> {
  return {
    message_id: messageId,
    chat_id: chat.id,
    platform: chat.platform,
    page_id: chat.channelId,
    recipient_id: chat.contactId,
    position,
    user_id: userId,
    idempotency_key: idAt(random, at),
    request_hash: 'seed',
    body_json: JSON.stringify({ text }),
    state: 'sent',
    attempts: 1,
    next_attempt_at: dbTime(at),
    sent_at: dbTime(at + 400),
    created_at: dbTime(at),
    updated_at: dbTime(at + 400),
  }
}
