import { permissionCodes } from '../../shared/permissions.ts'
import type { Me, User } from '../../shared/user.ts'
import type { Ctx } from '../ctx.ts'
import { sandboxUrl } from '../platform/sandbox-url.ts'
import { permissionsOf } from './permissions.ts'
import type { UserRow } from './queries.ts'

export const userView = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  role: row.role,
  positionId: row.position_id,
  positionName: row.position_name,
  isActive: row.is_active === 1,
  canReceiveNewChats: row.can_receive_new_chats === 1,
})

/** A person as they see themselves, with what they may do at this moment. */
export function meView(ctx: Ctx, row: UserRow): Me {
  const held = permissionsOf(row, ctx.log)
  return {
    ...userView(row),
    email: row.email,
    contactNumber: row.contact_number,
    empId: row.emp_id,
    permissions: permissionCodes.filter((code) => held.has(code)),
    sandboxUrl: sandboxUrl(ctx.config),
  }
}
