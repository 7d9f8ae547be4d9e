import type { Page } from '../../shared/common.ts'
import type { StatusLog } from '../../shared/team.ts'
import type { Db } from '../data/tables.ts'
import { after, decodeCursor, encodeCursor } from '../platform/db/keyset.ts'
import { isoTime } from '../platform/db/time.ts'

interface LogQuery {
  /** Whose history; everybody's when left out. */
  of?: string | undefined
  cursor?: string | undefined
  limit: number
}

interface LogRow {
  id: string
  subject_id: string
  subject_name: string | null
  changed_by: string
  changed_to: 0 | 1
  changed_at: string
  note: string | null
}

/** Who was activated and deactivated, by whom and why; newest first. */
export async function listUserStatusLogs(q: Db, { of, cursor, limit }: LogQuery): Promise<Page<StatusLog>> {
  let query = q
    .selectFrom('user_status_logs as l')
    .leftJoin('users as u', 'u.id', 'l.user_id')
    .select(['l.id', 'l.user_id as subject_id', 'u.name as subject_name'])
    .select(['l.changed_by', 'l.changed_to', 'l.changed_at', 'l.note'])
    .where(after(decodeCursor(cursor), 'l.changed_at', 'l.id'))
  if (of !== undefined) query = query.where('l.user_id', '=', of)
  const rows = await query
    .orderBy('l.changed_at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOfLogs(q, rows, limit)
}

/** The same for pages. */
export async function listPageStatusLogs(q: Db, { of, cursor, limit }: LogQuery): Promise<Page<StatusLog>> {
  let query = q
    .selectFrom('facebook_page_status_logs as l')
    .leftJoin('facebook_pages as p', 'p.page_id', 'l.page_id')
    .select(['l.id', 'l.page_id as subject_id', 'p.page_name as subject_name'])
    .select(['l.changed_by', 'l.changed_to', 'l.changed_at', 'l.note'])
    .where(after(decodeCursor(cursor), 'l.changed_at', 'l.id'))
  if (of !== undefined) query = query.where('l.page_id', '=', of)
  const rows = await query
    .orderBy('l.changed_at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOfLogs(q, rows, limit)
}

async function pageOfLogs(q: Db, rows: readonly LogRow[], limit: number): Promise<Page<StatusLog>> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const people = await peopleBehind(q, [...new Set(shown.map((row) => row.changed_by))])
  return {
    items: shown.map((row) => ({
      id: row.id,
      subject: { id: row.subject_id, name: row.subject_name ?? row.subject_id },
      changedTo: row.changed_to === 1,
      changedAt: isoTime(row.changed_at),
      changedBy: people.get(row.changed_by) ?? { id: null, name: row.changed_by },
      note: row.note,
    })),
    next: rows.length > limit && last ? encodeCursor({ at: last.changed_at, id: last.id }) : null,
  }
}

/** `changed_by` is plain text: an id where we wrote it, an e-mail where the prior system did. */
async function peopleBehind(q: Db, written: readonly string[]): Promise<Map<string, { id: string; name: string }>> {
  if (written.length === 0) return new Map()
  const rows = await q
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where((e) => e.or([e('id', 'in', [...written]), e('email', 'in', [...written])]))
    .execute()
  return new Map(
    rows.flatMap(({ id, name, email }) => [
      [id, { id, name }],
      ...(email === null ? [] : [[email, { id, name }] as const]),
    ]) as [string, { id: string; name: string }][],
  )
}
