import { parsePermissions } from '../../shared/permissions.ts'
import type { Position } from '../../shared/position.ts'
import type { Db } from '../data/tables.ts'
import { isoTime } from '../platform/db/time.ts'
import { notFound } from '../platform/errors.ts'
import { permissionsFault } from './permissions.ts'

const selectPositions = (q: Db) =>
  q
    .selectFrom('positions as p')
    .select(['p.id', 'p.name', 'p.slug', 'p.description', 'p.permissions_json', 'p.is_system'])
    .select(['p.created_at', 'p.updated_at'])
    .select((e) =>
      e
        .selectFrom('users as u')
        .select((c) => c.fn.countAll<number>().as('n'))
        .whereRef('u.position_id', '=', 'p.id')
        .as('holders'),
    )

export type PositionRow = Awaited<ReturnType<typeof listPositions>>[number]

/** All positions with the number of their holders, newest first, in one statement. */
export const listPositions = (q: Db) =>
  selectPositions(q).orderBy('p.created_at', 'desc').orderBy('p.id', 'desc').execute()

/** @throws AppError 404 */
export async function getPosition(q: Db, id: string): Promise<PositionRow> {
  const row = await selectPositions(q).where('p.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('position')
  return row
}

export const positionView = (row: PositionRow): Position => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  description: row.description,
  permissions: parsePermissions(row.permissions_json),
  isSystem: row.is_system === 1,
  holders: Number(row.holders),
  fault: permissionsFault(row.permissions_json),
  createdAt: isoTime(row.created_at),
  updatedAt: isoTime(row.updated_at),
})
