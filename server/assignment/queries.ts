import type { AssignmentReason, ChatAssignment } from '../../shared/chat.ts'
import { assignmentReason } from '../../shared/chat.ts'
import type { Page, Person } from '../../shared/common.ts'
import { parsePermissions } from '../../shared/permissions.ts'
import type { Db } from '../data/tables.ts'
import { decodeCursor, encodeCursor } from '../platform/db/keyset.ts'
import { locked } from '../platform/db/rows.ts'
import { isoTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

/** Why a chat came to whom, newest first. */
export async function listAssignments(
  q: Db,
  { chatId, cursor, limit }: { chatId: string; cursor?: string | undefined; limit: number },
): Promise<Page<ChatAssignment>> {
  const from = decodeCursor(cursor)
  let query = q
    .selectFrom('chat_assignments as a')
    .leftJoin('users as f', 'f.id', 'a.from_user_id')
    .leftJoin('users as t', 't.id', 'a.to_user_id')
    .leftJoin('users as b', 'b.id', 'a.by_user_id')
    .select(['a.id', 'a.chat_id', 'a.created_at', 'a.reason', 'a.eligible', 'a.note'])
    .select(['a.from_user_id', 'a.to_user_id', 'a.by_user_id'])
    .select(['f.name as from_name', 't.name as to_name', 'b.name as by_name'])
    .where('a.chat_id', '=', chatId)
  if (from) {
    query = query
      .where('a.created_at', '<=', from.at)
      .where((e) => e.or([e('a.created_at', '<', from.at), e('a.id', '<', from.id)]))
  }
  const rows = await query
    .orderBy('a.created_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => ({
      id: row.id,
      chatId: row.chat_id,
      at: isoTime(row.created_at),
      reason: reasonOf(row.reason),
      from: personOf(row.from_user_id, row.from_name),
      to: personOf(row.to_user_id, row.to_name),
      by: personOf(row.by_user_id, row.by_name),
      eligible: row.eligible,
      note: row.note,
    })),
    next: rows.length > limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null,
  }
}

const reasonOf = (reason: string): AssignmentReason => assignmentReason.catch('assigned').parse(reason)
const personOf = (id: string | null, name: string | null): Person | null =>
  id === null ? null : { id, name: name ?? '' }

/**
 * Someone a chat may be given to by hand: active, and able to answer. Availability is for the rotation only. Their row
 * is locked until the commit: who is being deactivated is handed nothing behind the handing on of their chats (ASG-6).
 */
export async function findAssignable(tx: Tx, userId: string): Promise<Person | null> {
  await locked(tx, tx.q.selectFrom('users').select('id').where('id', '=', userId)).executeTakeFirst()
  const row = await tx.q
    .selectFrom('users')
    .leftJoin('positions', 'positions.id', 'users.position_id')
    .select(['users.id', 'users.name', 'users.role', 'positions.permissions_json'])
    .where('users.id', '=', userId)
    .where('users.is_active', '=', 1)
    .executeTakeFirst()
  if (!row) return null
  const answers = row.role === 'admin' || parsePermissions(row.permissions_json).includes('chat:message')
  return answers ? { id: row.id, name: row.name } : null
}

/** Who took this chat out of the unassigned ones since a moment, if that was the last thing that happened to it. */
export async function takenSince(q: Db, { chatId, since }: { chatId: string; since: string }): Promise<Person | null> {
  const row = await q
    .selectFrom('chat_assignments')
    .innerJoin('users', 'users.id', 'chat_assignments.to_user_id')
    .select(['users.id', 'users.name', 'chat_assignments.from_user_id', 'chat_assignments.created_at'])
    .where('chat_id', '=', chatId)
    .orderBy('chat_assignments.created_at', 'desc')
    .orderBy('chat_assignments.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && row.from_user_id === null && row.created_at >= since ? { id: row.id, name: row.name } : null
}
