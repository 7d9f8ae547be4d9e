import { permissionCodes, systemPositions } from '../../shared/permissions.ts'
import type { Database } from '../platform/db/open.ts'
import { insertNew } from '../platform/db/rows.ts'
import { newId } from '../platform/ids.ts'

/**
 * Makes the positions every installation starts with. One that is there already, by its slug, is left exactly as it is:
 * what an admin changed survives each start. Also for two processes starting at once.
 */
export async function seedSystemPositions(db: Database): Promise<void> {
  const rows = systemPositions.map((p) => ({
    id: newId(),
    name: p.name,
    slug: p.slug,
    description: p.description,
    permissions_json: JSON.stringify(permissionCodes.filter((code) => p.permissions.includes(code))),
    is_system: 1 as const,
  }))
  await db.transaction((tx) => insertNew(tx, 'positions', rows))
}
