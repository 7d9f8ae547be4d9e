import { parsePermissions } from '../../shared/permissions.ts'
import type { PositionPreview } from '../../shared/position.ts'
import { countChats } from '../chats/count-chats.ts'
import { scopeOf, type Viewer } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import { getPosition } from './position-queries.ts'

/** What a newcomer with this position would see. @throws AppError 404 */
export async function previewPosition(ctx: Ctx, asker: Viewer, id: string): Promise<PositionPreview> {
  const row = await getPosition(ctx.db.q, id)
  const permissions = parsePermissions(row.permissions_json)
  const newcomer: Viewer = { userId: '', role: 'agent', positionId: id, permissions: new Set(permissions) }
  const scope = scopeOf(newcomer)
  const mayKnow = scopeOf(asker).sees === 'all'
  return {
    permissions,
    chats: {
      sees: scope.sees,
      own: scope.sees !== 'none',
      team: scope.sees === 'all' || (scope.sees === 'some' && scope.positionId !== null),
      unassigned: scope.sees === 'all' || (scope.sees === 'some' && scope.unassigned),
      views: mayKnow ? (await countChats(ctx.db, newcomer, ctx.clock.now())).views : null,
    },
  }
}
