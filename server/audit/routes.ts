import { auditEvent, auditFilters, auditQuery } from '../../shared/audit.ts'
import { pageOf } from '../../shared/common.ts'
import { route, textFile } from '../platform/http/route.ts'
import { exportAudit } from './export-audit.ts'
import { listAudit } from './queries.ts'
import { originOf } from './record-audit.ts'

export const auditRoutes = [
  route({
    method: 'GET',
    path: '/audit-events',
    permission: ['audit:view'],
    summary: 'Who did what to whom, newest first',
    query: auditQuery,
    response: pageOf(auditEvent),
    handler: (ctx, { query }) => listAudit(ctx.db.q, query),
  }),
  route({
    method: 'GET',
    path: '/audit-events/export',
    permission: ['audit:view'],
    summary: 'The same as a CSV file',
    query: auditFilters,
    response: textFile,
    fileType: 'text/csv; charset=utf-8',
    async handler(ctx, { query, actor, request, reply }) {
      const day = new Date(ctx.clock.now()).toISOString().slice(0, 10)
      reply.header('content-disposition', `attachment; filename="audit-${day}.csv"`)
      return exportAudit(ctx, { actor, request: originOf(request) }, query)
    },
  }),
] as const
