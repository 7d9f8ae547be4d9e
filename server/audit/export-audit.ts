import type { AuditFilters } from '../../shared/audit.ts'
import type { Ctx } from '../ctx.ts'
import { csvLine } from '../platform/csv.ts'
import { allAudit } from './queries.ts'
import { type Asker, recordAudit } from './record-audit.ts'

const columns = [
  'seq',
  'at',
  'actor_id',
  'actor_name',
  'action',
  'target_type',
  'target_id',
  'target_name',
  'before',
  'after',
  'ip',
  'user_agent',
  'request_id',
]

/** The audit log as CSV, part by part. That it was taken out is itself on record before the first part goes. */
export async function exportAudit(ctx: Ctx, asker: Asker, filters: AuditFilters): Promise<AsyncIterable<string>> {
  await ctx.db.transaction(async (tx) =>
    recordAudit(tx, {
      ...asker,
      action: 'audit.exported',
      targetType: 'audit',
      targetId: null,
      after: { ...filters },
      at: ctx.clock.now(),
    }),
  )
  return lines(ctx, filters)
}

async function* lines(ctx: Ctx, filters: AuditFilters): AsyncGenerator<string> {
  yield csvLine(columns)
  for await (const events of allAudit(ctx.db.q, filters)) {
    const part = events.map((e) =>
      csvLine([
        e.seq,
        e.at,
        e.actor?.id ?? null,
        e.actor?.name ?? null,
        e.action,
        e.targetType,
        e.targetId,
        e.targetName,
        e.before && JSON.stringify(e.before),
        e.after && JSON.stringify(e.after),
        e.ip,
        e.userAgent,
        e.requestId,
      ]),
    )
    if (part.length > 0) yield part.join('')
  }
}
