import { sql } from 'kysely'
import type { Platform } from '../../shared/common.ts'
import type { KnownChannel } from '../channels/channel-for.ts'
import type { Ctx } from '../ctx.ts'
import { databaseNow, dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { OutgoingBody } from './send-message.ts'
import { type Way, wayOut } from './send-rules.ts'
import { type Claim, lockChatOf, settleFailed, settleUnknown } from './settle-outcome.ts'

export interface Candidate {
  messageId: string
  chatId: string
  platform: Platform
  pageId: string
}

export interface Claimed extends Claim {
  recipientId: string
  body: OutgoingBody
  way: Way
}

/** Longer than a call can take (30 s), so that it runs out only for a process that died or stood still. */
export const leaseMs = 45_000

/** Heads of the chats' queues that are due, without the accounts that pause. */
export async function findCandidates(
  { q }: Pick<Tx, 'q'>,
  { now, limit, pausedPages }: { now: number; limit: number; pausedPages: string[] },
): Promise<Candidate[]> {
  return q
    .selectFrom('outbox as o')
    .select(['o.message_id as messageId', 'o.chat_id as chatId', 'o.platform as platform', 'o.page_id as pageId'])
    .where('o.state', '=', 'queued')
    .where('o.next_attempt_at', '<=', dbTime(now))
    .where(sql<boolean>`not exists ${blocking(q)}`)
    .where(
      sql<boolean>`not exists (select 1 from facebook_pages where page_id = o.page_id and token_state = 'invalid')`,
    )
    .where(
      sql<boolean>`not exists (select 1 from instagram_accounts where page_id = o.page_id and token_state = 'invalid')`,
    )
    .$if(pausedPages.length > 0, (query) => query.where('o.page_id', 'not in', pausedPages))
    .orderBy('o.next_attempt_at')
    .orderBy('o.message_id')
    .limit(limit)
    .execute()
}

/** What keeps a chat's next message back: one on its way, or an earlier one that waits or is not confirmed (SND-8). */
const blocking = (q: Tx['q']) =>
  q
    .selectFrom('outbox as b')
    .select(sql`1`.as('one'))
    .whereRef('b.chat_id', '=', sql.ref<string>('o.chat_id'))
    .where((eb) =>
      eb.or([
        eb('b.state', '=', 'sending'),
        eb.and([
          eb('b.position', '<', sql.ref<number>('o.position')),
          eb.or([
            eb('b.state', '=', 'queued'),
            eb.and([eb('b.state', '=', 'unknown'), eb('b.released_at', 'is', null)]),
          ]),
        ]),
      ]),
    )

/** When the next queued message or check is due within this time, database time. */
export async function nextDue({ q }: Pick<Tx, 'q'>, now: number, withinMs: number): Promise<string | null> {
  const row = await q
    .selectFrom('outbox')
    .select((eb) => eb.fn.min('next_attempt_at').as('at'))
    .where('state', 'in', ['queued', 'unknown'])
    .where('next_attempt_at', '>', dbTime(now))
    .where('next_attempt_at', '<', dbTime(now + withinMs))
    .executeTakeFirst()
  return row?.at ?? null
}

/**
 * Takes a message to be sent now: state `sending`, attempt and lease are committed before anybody calls Meta (SND-2).
 * What may not leave any more (window, page, author) fails here instead. Null when there is nothing to send.
 */
export async function claimMessage(
  ctx: Ctx,
  candidate: Candidate,
  owner: string,
  channel: KnownChannel | null,
): Promise<Claimed | null> {
  return ctx.db.transaction(async (tx) => {
    const chat = await lockChatOf(tx, candidate)
    const row = await tx.q
      .selectFrom('outbox as o')
      .selectAll('o')
      .where('o.message_id', '=', candidate.messageId)
      .where('o.state', '=', 'queued')
      .where(sql<boolean>`not exists ${blocking(tx.q)}`)
      .executeTakeFirst()
    const now = await databaseNow(tx.q, tx.engine)
    if (!chat || !row || row.next_attempt_at > dbTime(now)) return null
    const body = JSON.parse(row.body_json) as OutgoingBody
    const way = wayOut(chat.last_incoming_at, ctx.clock.now(), body.humanAgent)
    const refusal = !channel
      ? 'page_disconnected'
      : !channel.isActive
        ? 'page_inactive'
        : way === 'closed'
          ? 'outside_window'
          : null
    const reason = refusal ?? ((await isActive(tx, row.resolved_by ?? row.user_id)) ? null : 'sender_deactivated')
    if (reason) {
      await settleFailed(tx, candidate, { reason })
      return null
    }
    const attempt = row.attempts + 1
    const { numUpdatedRows } = await tx.q
      .updateTable('outbox')
      .set({
        state: 'sending',
        attempts: attempt,
        tries: row.tries + 1,
        first_tried_at: row.first_tried_at ?? dbTime(now),
        called_at: dbTime(now),
        lease_owner: owner,
        lease_until: dbTime(now + leaseMs),
        reason: null,
        error_code: null,
        error_text: null,
      })
      .where('message_id', '=', candidate.messageId)
      .where('state', '=', 'queued')
      .where('attempts', '=', row.attempts)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return null
    tx.change({ type: 'message.updated', chatId: candidate.chatId, messageId: candidate.messageId })
    return { ...candidate, attempt, recipientId: row.recipient_id, body, way }
  })
}

/** Whether a deactivated person's messages still leave: no. They fail with that reason and colleagues may retry them (SND-13). */
async function isActive(tx: Tx, userId: string): Promise<boolean> {
  const user = await tx.q.selectFrom('users').select('is_active').where('id', '=', userId).executeTakeFirst()
  return user?.is_active === 1
}

/** Calls whose process died or stood still: their outcome is unknown. */
export async function expireLeases(ctx: Ctx, now: number): Promise<void> {
  const expired = (q: Tx['q']) =>
    q
      .selectFrom('outbox')
      .select(['message_id', 'chat_id', 'platform'])
      .where('state', '=', 'sending')
      .where('lease_until', '<', dbTime(now))
  for (const row of await expired(ctx.db.q).execute()) {
    const out = { messageId: row.message_id, chatId: row.chat_id, platform: row.platform }
    await ctx.db.transaction(async (tx) => {
      await lockChatOf(tx, out)
      const still = await expired(tx.q).where('message_id', '=', row.message_id).executeTakeFirst()
      if (still) await settleUnknown(tx, out, { code: null, text: 'The process that sent it did not come back' }, now)
    })
  }
}

/** Shows why an account's queue stands still, on each message that waits in it. */
export async function explainPause(
  ctx: Ctx,
  pageId: string,
  { reason, untilMs }: { reason: 'rate_limited' | 'token_invalid'; untilMs: number | null },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const rows = await tx.q
      .selectFrom('outbox')
      .select(['message_id', 'chat_id'])
      .where('state', '=', 'queued')
      .where('page_id', '=', pageId)
      .where('reason', 'is', null)
      .limit(500)
      .execute()
    if (rows.length === 0) return
    const ids = rows.map((row) => row.message_id)
    await tx.q
      .updateTable('outbox')
      .set({ reason, ...(untilMs === null ? {} : { next_attempt_at: dbTime(untilMs) }) })
      .where('message_id', 'in', ids)
      .where('state', '=', 'queued')
      .execute()
    for (const row of rows) tx.change({ type: 'message.updated', chatId: row.chat_id, messageId: row.message_id })
  })
}
