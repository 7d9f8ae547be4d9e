import { insertAll, nextNumbers } from './rows.ts'
import { dbTime } from './time.ts'
import type { Tx } from './transaction.ts'

/** A change as it is stored: what happened to what. The view that travels is made when it is sent. */
export interface NewChange {
  type: string
  chatId?: string
  messageId?: string
  userId?: string
  data?: Record<string, unknown>
}

export async function appendChanges(tx: Tx, changes: readonly NewChange[]): Promise<number> {
  const last = await nextNumbers(tx, 'changes', changes.length)
  const first = last - changes.length + 1
  const now = dbTime(Date.now())
  await insertAll(
    tx,
    'changes',
    changes.map((c, i) => ({
      seq: first + i,
      type: c.type,
      chat_id: c.chatId ?? null,
      message_id: c.messageId ?? null,
      user_id: c.userId ?? null,
      data_json: c.data ? JSON.stringify(c.data) : null,
      created_at: now,
    })),
  )
  return last
}
