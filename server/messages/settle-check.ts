import { channelFor } from '../channels/channel-for.ts'
import type { Ctx } from '../ctx.ts'
import type { SentCandidate } from '../meta/graph.ts'
import { databaseNow, dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { comparable } from './settle-echo.ts'
import { lockChatOf } from './settle-outcome.ts'
import { type Outgoing, settleSent } from './settle-sent.ts'
import { messageTable } from './tables.ts'

export interface Unsettled extends Outgoing {
  pageId: string
  recipientId: string
  attempts: number
  /** Start of the call with the unknown outcome, database time. */
  calledAt: string
  text: string
}

/** After this long Graph is not asked again by itself; the agent is (SND-4). */
const checkForMs = 2 * 60_000
const never = '9999-12-31 00:00:00.000'
/** Meta's clock and ours may differ by this much. */
const skewMs = 60_000

/** Messages with an unknown outcome that are due for a look at Graph. */
export async function dueChecks(tx: Pick<Tx, 'q'>, now: number, limit: number): Promise<Unsettled[]> {
  const rows = await tx.q
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'unknown')
    .where('next_attempt_at', '<=', dbTime(now))
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute()
  return rows.map(unsettledOf)
}

export function unsettledOf(row: {
  message_id: string
  chat_id: string
  platform: Unsettled['platform']
  page_id: string
  recipient_id: string
  attempts: number
  called_at: string | null
  created_at: string
  body_json: string
}): Unsettled {
  return {
    messageId: row.message_id,
    chatId: row.chat_id,
    platform: row.platform,
    pageId: row.page_id,
    recipientId: row.recipient_id,
    attempts: row.attempts,
    calledAt: row.called_at ?? row.created_at,
    text: (JSON.parse(row.body_json) as { text: string }).text,
  }
}

/** Puts off the next look, so that one process asks at a time: after 5, 10, 20 ... seconds, until two minutes have passed. */
export async function postponeCheck(ctx: Ctx, message: Unsettled): Promise<boolean> {
  const now = await databaseNow(ctx.db.q, ctx.db.engine)
  const age = now - fromDbTime(message.calledAt)
  const next = age * 2 > checkForMs ? never : dbTime(now + Math.max(age, 1000))
  const { numUpdatedRows } = await ctx.db.q
    .updateTable('outbox')
    .set({ next_attempt_at: next })
    .where('message_id', '=', message.messageId)
    .where('state', '=', 'unknown')
    .where('attempts', '=', message.attempts)
    .where('next_attempt_at', '<=', dbTime(now))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/**
 * Asks Graph's conversations whether the message is there: the account's own message with this text, sent since the
 * call, that we do not know under another bubble. Absence proves nothing, so it then stays unknown.
 */
export async function checkSent(ctx: Ctx, message: Unsettled): Promise<boolean> {
  const channel = await channelFor(ctx, message.platform, message.pageId)
  if (!channel || channel.tokenState === 'invalid') return false
  const sinceMs = fromDbTime(message.calledAt) - skewMs
  const found = await ctx.graph.findSent(channel, { recipientId: message.recipientId, sinceMs })
  if (!found.ok) return false
  const same = found.messages.filter((m) => comparable(m.text) === comparable(message.text))
  if (same.length === 0) return false
  return ctx.db.transaction(async (tx) => {
    await lockChatOf(tx, message)
    const row = await tx.q
      .selectFrom('outbox')
      .select(['state', 'attempts'])
      .where('message_id', '=', message.messageId)
      .executeTakeFirst()
    if (row?.state !== 'unknown' || row.attempts !== message.attempts) return row?.state === 'sent'
    const mine = await oldestUnclaimed(tx, message, same)
    if (!mine) return false
    await settleSent(tx, message, { mid: mine.mid, atMs: null })
    return true
  })
}

async function oldestUnclaimed(
  tx: Tx,
  { platform, chatId }: Unsettled,
  candidates: SentCandidate[],
): Promise<SentCandidate | undefined> {
  const known = await tx.q
    .selectFrom(messageTable(platform))
    .select('mid')
    .where('chat_id', '=', chatId)
    .where(
      'mid',
      'in',
      candidates.map((m) => m.mid),
    )
    .execute()
  const taken = new Set(known.map((m) => m.mid))
  return candidates.filter((m) => !taken.has(m.mid)).sort((a, b) => a.atMs - b.atMs)[0]
}
