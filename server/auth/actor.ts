import type { Ctx } from '../ctx.ts'
import type { Actor } from '../platform/http/route.ts'
import { permissionsOf } from '../team/permissions.ts'
import type { PersonRow } from './queries.ts'
import { mustHaveTotp } from './totp.ts'

/** Whether somebody has to set up the second step before they may do anything else (AUT-12). */
export const mustSetUpTotp = (ctx: Pick<Ctx, 'config'>, row: PersonRow) =>
  mustHaveTotp(ctx, row.role) && row.totp_since === null

/** Who a session's person is to the rest of the program. */
export function actorOf(ctx: Pick<Ctx, 'config' | 'log'>, row: PersonRow & { id: string }): Actor {
  const person = { userId: row.user_id, name: row.name, positionId: row.position_id, sessionId: row.id }
  if (mustSetUpTotp(ctx, row)) return { ...person, role: 'agent', permissions: new Set() }
  return { ...person, role: row.role, permissions: permissionsOf(row, ctx.log) }
}
