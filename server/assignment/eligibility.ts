import { parsePermissions } from '../../shared/permissions.ts'
import type { Db } from '../data/tables.ts'

export interface EligibleAgent {
  id: string
  created_at: string
}

/**
 * Who may be given new chats, everywhere: role agent, active, available, and a position that holds chat:message.
 * In the order of the rotation.
 */
export async function eligibleAgents(q: Db): Promise<EligibleAgent[]> {
  const positions = await positionsThatAnswer(q)
  if (positions.length === 0) return []
  return q
    .selectFrom('users')
    .select(['id', 'created_at'])
    .where('role', '=', 'agent')
    .where('is_active', '=', 1)
    .where('can_receive_new_chats', '=', 1)
    .where('position_id', 'in', positions)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

async function positionsThatAnswer(q: Db): Promise<string[]> {
  const rows = await q.selectFrom('positions').select(['id', 'permissions_json']).execute()
  return rows.filter((p) => parsePermissions(p.permissions_json).includes('chat:message')).map((p) => p.id)
}
