import type { AuditEvent, AuditFilters } from '../../shared/audit.ts'
import type { Page } from '../../shared/common.ts'
import type { Db } from '../data/tables.ts'
import { dbTime, isoTime } from '../platform/db/time.ts'
import { AppError } from '../platform/errors.ts'

interface AuditPage extends AuditFilters {
  cursor?: string | undefined
  limit: number
}

/** One page of the audit log, newest first. */
export async function listAudit(q: Db, { cursor, limit, ...filters }: AuditPage): Promise<Page<AuditEvent>> {
  const rows = await auditRows(q, { filters, before: placeOf(cursor), limit: limit + 1 })
  const shown = rows.slice(0, limit)
  return { items: shown.map(auditView), next: rows.length > limit ? String(shown.at(-1)?.seq) : null }
}

function placeOf(cursor: string | undefined): number | null {
  if (cursor === undefined) return null
  if (!/^\d{1,15}$/.test(cursor)) {
    throw new AppError('bad_cursor', 400, 'This cursor was not made here. Start from the first page.')
  }
  return Number(cursor)
}

async function auditRows(
  q: Db,
  { filters, before, limit }: { filters: AuditFilters; before: number | null; limit: number },
) {
  const { actor, action, targetType, target, from, to } = filters
  let query = q.selectFrom('audit_events').selectAll()
  if (actor !== undefined) query = query.where('actor_id', '=', actor)
  if (action !== undefined) query = query.where('action', '=', action)
  if (targetType !== undefined) query = query.where('target_type', '=', targetType)
  if (target !== undefined) query = query.where('target_id', '=', target)
  if (from !== undefined) query = query.where('created_at', '>=', dbTime(Date.parse(from)))
  if (to !== undefined) query = query.where('created_at', '<', dbTime(Date.parse(to)))
  if (before !== null) query = query.where('seq', '<', before)
  return query.orderBy('seq', 'desc').limit(limit).execute()
}

type AuditRow = Awaited<ReturnType<typeof auditRows>>[number]

const auditView = (row: AuditRow): AuditEvent => ({
  id: row.id,
  seq: Number(row.seq),
  at: isoTime(row.created_at),
  actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name ?? '' },
  action: row.action,
  targetType: row.target_type,
  targetId: row.target_id,
  targetName: row.target_name,
  before: row.before_json === null ? null : JSON.parse(row.before_json),
  after: row.after_json === null ? null : JSON.parse(row.after_json),
  ip: row.ip,
  userAgent: row.user_agent,
  requestId: row.request_id,
})

const step = 500

/** All events that fit, newest first, read in steps while they are sent. */
export async function* allAudit(q: Db, filters: AuditFilters): AsyncGenerator<AuditEvent[]> {
  let before: number | null = null
  for (;;) {
    const rows: AuditRow[] = await auditRows(q, { filters, before, limit: step })
    yield rows.map(auditView)
    const last = rows.at(-1)
    if (!last || rows.length < step) return
    before = Number(last.seq)
  }
}
