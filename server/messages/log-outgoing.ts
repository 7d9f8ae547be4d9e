import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

/** The log row of an answer sent from here. It has the message's id until Meta has given the message one. */
export async function logOutgoing(
  tx: Tx,
  sent: { messageId: string; contactId: string; text: string; atMs: number; request: unknown; metadata: string },
): Promise<void> {
  await insertAll(tx, 'instagram_message_logs', [
    {
      id: sent.messageId,
      igsid: sent.contactId,
      message_id: null,
      direction: 'outbound',
      text: sent.text,
      ts: Math.floor(sent.atMs / 1000),
      created_at: dbTime(sent.atMs),
      raw_payload_json: JSON.stringify(sent.request),
      metadata_json: sent.metadata,
      is_gif: 0,
      is_ticklegram: 1,
    },
  ])
}

/** Gives the log row Meta's id. Where the echo was logged under that id before we knew it to be ours, one row stays. */
export async function logDelivered(
  tx: Tx,
  { messageId, mid, atMs }: { messageId: string; mid: string; atMs: number | null },
): Promise<void> {
  await tx.q.deleteFrom('instagram_message_logs').where('message_id', '=', mid).where('id', '!=', messageId).execute()
  await tx.q
    .updateTable('instagram_message_logs')
    .set({ message_id: mid, ...(atMs === null ? {} : { ts: Math.floor(atMs / 1000) }) })
    .where('id', '=', messageId)
    .execute()
}
