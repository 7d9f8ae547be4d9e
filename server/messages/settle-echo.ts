import type { Platform } from '../../shared/common.ts'
import { databaseNow, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { settleSent } from './settle-sent.ts'
import { joinedMessages, messageTable } from './tables.ts'

export interface Echo {
  platform: Platform
  chatId: string
  mid: string
  appId: string | null
  metadata: string | null
  text: string | null
  timestampMs: number
}

/** Around the time of the call in which an echo without our metadata may be that of a call with an unknown outcome. */
const echoWindowMs = 10 * 60_000

/**
 * Finds the message of ours that Meta echoes and completes it: mid, Meta's time, state sent. Our metadata decides;
 * where Meta left it out (Instagram), the message of this chat that is on its way with the same text does (SND-4).
 * Called inside the ingest transaction with the chat's lock held, for every echo and any number of times.
 * @returns `known` when it is ours and tells nothing new
 */
export async function settleEcho(tx: Tx, echo: Echo): Promise<'ours' | 'known' | 'foreign'> {
  const known = await findByMid(tx, echo)
  if (known === 'foreign') return 'foreign'
  const messageId = known?.messageId ?? (echo.metadata ? await findByMetadata(tx, echo) : await findByText(tx, echo))
  if (!messageId) return 'foreign'
  if (known?.timestampMs === echo.timestampMs) return 'known'
  await settleSent(
    tx,
    { platform: echo.platform, chatId: echo.chatId, messageId },
    { mid: echo.mid, atMs: echo.timestampMs },
  )
  return 'ours'
}

async function findByMid(tx: Tx, echo: Echo): Promise<{ messageId: string; timestampMs: number } | 'foreign' | null> {
  const message = await tx.q
    .selectFrom(messageTable(echo.platform))
    .select(['id', 'timestamp'])
    .where('chat_id', '=', echo.chatId)
    .where('mid', '=', echo.mid)
    .executeTakeFirst()
  if (!message) return null
  const ours = await tx.q.selectFrom('outbox').select('state').where('message_id', '=', message.id).executeTakeFirst()
  return ours ? { messageId: message.id, timestampMs: fromDbTime(message.timestamp) } : 'foreign'
}

/** The metadata we send is the message's id. */
async function findByMetadata(tx: Tx, echo: Echo): Promise<string | null> {
  const row = await tx.q
    .selectFrom('outbox as o')
    .innerJoin(joinedMessages(echo.platform), 'm.id', 'o.message_id')
    .select(['o.message_id as messageId', 'o.repeats as repeats', 'm.mid as mid'])
    .where('o.message_id', '=', echo.metadata)
    .where('o.chat_id', '=', echo.chatId)
    .executeTakeFirst()
  // Another mid for a message somebody chose to send again: it reached the customer twice, and both are shown.
  if (!row || (row.mid !== null && row.repeats > 0)) return null
  return row.messageId
}

async function findByText(tx: Tx, echo: Echo): Promise<string | null> {
  const rows = await tx.q
    .selectFrom('outbox as o')
    .innerJoin(joinedMessages(echo.platform), 'm.id', 'o.message_id')
    .select([
      'o.message_id as messageId',
      'o.state as state',
      'o.app_id as appId',
      'o.called_at as calledAt',
      'm.content as content',
    ])
    .where('o.chat_id', '=', echo.chatId)
    .where('o.state', 'in', ['sending', 'unknown'])
    .where('m.mid', 'is', null)
    .orderBy('o.position')
    .execute()
  const candidates = rows.filter((row) => !echo.appId || !row.appId || echo.appId === row.appId)
  if (candidates.length === 0) return null
  const now = await databaseNow(tx.q, tx.engine)
  const near = (row: (typeof rows)[number]) => {
    const called = row.calledAt === null ? 0 : fromDbTime(row.calledAt)
    return row.state === 'sending' || [now, echo.timestampMs].some((at) => Math.abs(at - called) <= echoWindowMs)
  }
  const same = candidates.find((row) => near(row) && comparable(row.content) === comparable(echo.text ?? ''))
  // A chat has one message on its way at a time: what our own app sends at this moment is that one, however worded.
  const onItsWay = candidates.find((row) => row.state === 'sending' && echo.appId !== null && row.appId === echo.appId)
  return (same ?? onItsWay)?.messageId ?? null
}

/** Texts as Meta may hand them back: other line ends, composed accents, no space around. */
export const comparable = (text: string) => text.normalize('NFC').replace(/\r\n?/g, '\n').trim()
