import type { FailureReason } from '../../shared/message.ts'
import { noteTokenState } from '../channels/connect-channel.ts'
import { setLastOutgoing } from '../chats/note-outgoing.ts'
import type { Ctx } from '../ctx.ts'
import type { GraphFailure } from '../meta/graph.ts'
import { locked } from '../platform/db/rows.ts'
import { databaseNow, dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { type Outgoing, settleSent } from './settle-sent.ts'
import { messageTable } from './tables.ts'

/** A message this process has taken to send, with the number of the attempt that fences it. */
export interface Claim extends Outgoing {
  pageId: string
  attempt: number
}

/** Automatic retries of what was certainly not delivered (SND-6). */
const maxTries = 8
const retryForMs = 15 * 60_000
const retryCapMs = 60_000

/** First look at Graph for a message with an unknown outcome; the echo usually comes sooner. */
export const firstCheckMs = 5000

/**
 * Stores how an attempt ended. Only for the attempt that still counts: what a later attempt, an echo or a person has
 * decided meanwhile stays (SND-9).
 */
export async function settleOutcome(
  ctx: Ctx,
  claim: Claim,
  result: { ok: true; mid: string } | GraphFailure,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await lockChatOf(tx, claim)
    const row = await tx.q
      .selectFrom('outbox')
      .select(['state', 'attempts', 'tries', 'first_tried_at', 'released_at'])
      .where('message_id', '=', claim.messageId)
      .executeTakeFirst()
    if (!row || row.attempts !== claim.attempt || (row.state !== 'sending' && row.state !== 'unknown')) return
    if (result.ok) return settleSent(tx, claim, { mid: result.mid, atMs: null })
    if (row.released_at !== null) return
    const now = await databaseNow(tx.q, tx.engine)
    if (result.outcome === 'unknown') return settleUnknown(tx, claim, result, now)
    if (result.reason === 'token_invalid') {
      await noteTokenState(ctx, tx, { platform: claim.platform, pageId: claim.pageId, state: 'invalid' })
      return queueAgain(tx, claim, { result, at: now, afresh: true })
    }
    if (!result.retryable)
      return settleFailed(tx, claim, { reason: result.reason, code: result.code, text: result.text })
    // The account may pause for longer; the agents are told when it really goes on.
    const delay = Math.max(retryDelay(row.tries), result.retryAfterMs ?? 0, ctx.graph.waitMs(claim.pageId))
    const since = row.first_tried_at === null ? now : fromDbTime(row.first_tried_at)
    if (row.tries < maxTries && now + delay - since <= retryForMs)
      return queueAgain(tx, claim, { result, at: now + delay, afresh: false })
    return settleFailed(tx, claim, { reason: 'gave_up', code: result.code, text: result.text })
  })
}

let spread = Math.random()

/**
 * Full jitter: anywhere up to a bound that doubles from 1 s to 60 s. The golden ratio lays many failures of one moment
 * out evenly, where independent dice would bunch some of them (SND-6).
 */
export function retryDelay(tries: number): number {
  spread = (spread + 0.618_033_988_749_895) % 1
  return Math.round(spread * Math.min(retryCapMs, 1000 * 2 ** tries))
}

/** Takes the chat's lock, which comes before all others of its messages, here as in ingest. */
export const lockChatOf = (tx: Tx, { chatId }: Pick<Outgoing, 'chatId'>) =>
  locked(
    tx,
    tx.q.selectFrom('chats').select(['id', 'last_incoming_at', 'last_outgoing_at']).where('id', '=', chatId),
  ).executeTakeFirst()

const errorOf = (text: string) => text.slice(0, 500)

async function queueAgain(
  tx: Tx,
  claim: Claim,
  { result, at, afresh }: { result: GraphFailure; at: number; afresh: boolean },
): Promise<void> {
  await tx.q
    .updateTable('outbox')
    .set({
      state: 'queued',
      next_attempt_at: dbTime(at),
      lease_owner: null,
      lease_until: null,
      reason: result.reason,
      error_code: result.code,
      error_text: errorOf(result.text),
      ...(afresh ? { tries: 0, first_tried_at: null } : {}),
    })
    .where('message_id', '=', claim.messageId)
    .execute()
  tx.change({ type: 'message.updated', chatId: claim.chatId, messageId: claim.messageId })
}

/** Nobody knows whether it arrived: it holds the chat's queue until an echo, Graph or a person settles it (SND-4). */
export async function settleUnknown(
  tx: Tx,
  out: Outgoing,
  { code, text }: { code: string | null; text: string },
  now: number,
): Promise<void> {
  await tx.q
    .updateTable('outbox')
    .set({
      state: 'unknown',
      next_attempt_at: dbTime(now + firstCheckMs),
      lease_owner: null,
      lease_until: null,
      reason: 'unknown_outcome',
      error_code: code,
      error_text: errorOf(text),
    })
    .where('message_id', '=', out.messageId)
    .execute()
  tx.change({ type: 'message.updated', chatId: out.chatId, messageId: out.messageId })
  tx.change({ type: 'chat.updated', chatId: out.chatId })
}

/** Certainly not delivered, and not tried again by itself. The customer still waits, and the chat says so. */
export async function settleFailed(
  tx: Tx,
  out: Outgoing,
  { reason, code = null, text = '' }: { reason: FailureReason; code?: string | null; text?: string },
): Promise<void> {
  await tx.q
    .updateTable('outbox')
    .set({ state: 'failed', lease_owner: null, lease_until: null, reason, error_code: code, error_text: errorOf(text) })
    .where('message_id', '=', out.messageId)
    .execute()
  tx.change({ type: 'message.updated', chatId: out.chatId, messageId: out.messageId })
  await setLastOutgoing(tx, out.chatId, await lastAnswerAt(tx, out))
}

async function lastAnswerAt(tx: Tx, { platform, chatId }: Outgoing): Promise<string | null> {
  const newest = await tx.q
    .selectFrom(messageTable(platform))
    .select('timestamp')
    .where('chat_id', '=', chatId)
    .where('sender', 'in', ['AGENT', 'INSTAGRAM_PAGE', 'FACEBOOK_PAGE'])
    .where('id', 'not in', (eb) =>
      eb.selectFrom('outbox').select('message_id').where('chat_id', '=', chatId).where('state', '=', 'failed'),
    )
    .orderBy('timestamp', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest?.timestamp ?? null
}
