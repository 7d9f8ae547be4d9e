import type { AuditAction } from '../../shared/audit.ts'
import type { AnyRoute } from '../platform/http/route.ts'
import { type AuditEntry, originOf, recordAudit } from './record-audit.ts'

type Recorded = Record<string, { action: AuditAction; targetType: AuditEntry['targetType'] }>

/**
 * The same routes, some of which are on record: who asked for them is written before they are answered. For routes that
 * show or start something and have no change of their own to be written with.
 * @param recorded by method and path; the target is the path's `:id`
 */
export function recordedRoutes<R extends AnyRoute>(routes: readonly R[], recorded: Recorded): R[] {
  return routes.map((r) => {
    const what = recorded[`${r.method} ${r.path}`]
    if (!what) return r
    const handler: R['handler'] = async (ctx, input) => {
      const { actor, request, params } = input
      await ctx.db.transaction(async (tx) =>
        recordAudit(tx, { ...what, actor, request: originOf(request), targetId: params.id, at: ctx.clock.now() }),
      )
      return r.handler(ctx, input)
    }
    return { ...r, handler }
  })
}
