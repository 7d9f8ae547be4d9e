import { type Permission, parsePermissions, permissionCodes } from '../../shared/permissions.ts'
import type { NewPosition, PositionChange } from '../../shared/position.ts'
import { handOutWaiting } from '../assignment/rotation.ts'
import { type Asker, differences, recordAudit } from '../audit/record-audit.ts'
import { authMemory } from '../auth/memory.ts'
import type { Ctx } from '../ctx.ts'
import { insertNew } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { type Authority, assertAdmin, assertHolds, changeTeam } from './authority.ts'
import { getPosition, type PositionRow } from './position-queries.ts'
import { slugOf } from './slug.ts'

const needed = ['position:manage'] as const

/**
 * Makes a position. Its short name is the one given, or comes from the name.
 * @throws AppError `slug_taken` with the position that has it, `beyond_own`
 */
export async function createPosition(ctx: Ctx, asker: Asker, wanted: NewPosition): Promise<string> {
  return changeTeam(ctx, asker, needed, async (tx, by, now) => {
    const id = newId(now)
    const slug = wanted.slug ?? (slugOf(wanted.name) || id)
    await insertPosition(tx, { asker, by, now }, { ...wanted, id, slug })
    return id
  })
}

/** Makes another position with the same permissions, under a name and a short name that are free. */
export async function copyPosition(
  ctx: Ctx,
  asker: Asker,
  { id, name }: { id: string; name?: string | undefined },
): Promise<string> {
  return changeTeam(ctx, asker, needed, async (tx, by, now) => {
    const original = await getPosition(tx.q, id)
    const copy = {
      id: newId(now),
      name: name ?? `${original.name} (copy)`.slice(0, 255),
      description: original.description,
      permissions: parsePermissions(original.permissions_json),
    }
    await insertPosition(tx, { asker, by, now }, { ...copy, slug: await freeSlug(tx, slugOf(copy.name) || copy.id) })
    return copy.id
  })
}

interface Change {
  asker: Asker
  by: Authority
  now: number
}

async function insertPosition(
  tx: Tx,
  { asker, by, now }: Change,
  { id, name, slug, description, permissions }: NewPosition & { id: string; slug: string },
): Promise<void> {
  assertHolds(by, permissions)
  const row = {
    id,
    name,
    slug,
    description,
    permissions_json: inOrder(permissions),
    is_system: 0,
    created_at: dbTime(now),
    updated_at: dbTime(now),
  } as const
  if (!(await insertNew(tx, 'positions', [row])).has(id)) throw await slugTaken(tx, slug)
  tx.change({ type: 'position.updated', data: { positionId: id } })
  recordAudit(tx, {
    ...asker,
    action: 'position.created',
    targetType: 'position',
    targetId: id,
    targetName: name,
    after: { name, slug, description, permissions: parsePermissions(row.permissions_json) },
    at: now,
  })
}

const inOrder = (permissions: readonly Permission[]) =>
  JSON.stringify(permissionCodes.filter((code) => permissions.includes(code)))

async function slugTaken(tx: Tx, slug: string): Promise<AppError> {
  const other = await tx.q.selectFrom('positions').select(['id', 'name']).where('slug', '=', slug).executeTakeFirst()
  return new AppError('slug_taken', 409, `The short name "${slug}" belongs to the position ${other?.name ?? ''}.`, {
    field: 'slug',
    slug,
    position: other ?? null,
  })
}

async function freeSlug(tx: Tx, slug: string): Promise<string> {
  const rows = await tx.q.selectFrom('positions').select('slug').execute()
  const taken = new Set(rows.map((row) => row.slug))
  let free = slug
  for (let i = 2; taken.has(free); i++) free = `${slug}-${i}`
  return free
}

/**
 * Changes a position's name, description or permissions. The short name stays: commands and files use it. Its holders
 * have the new permissions at once, at their sockets too; a system position is changed by admins only.
 * @throws AppError 404, `beyond_own`, `own_position`, `admins_only`
 */
export async function updatePosition(
  ctx: Ctx,
  asker: Asker,
  { id, ...change }: PositionChange & { id: string },
): Promise<void> {
  await changeTeam(ctx, asker, needed, async (tx, by, now) => {
    const row = await getPosition(tx.q, id)
    if (row.is_system === 1) assertAdmin(by)
    const before = { name: row.name, description: row.description, permissions: parsePermissions(row.permissions_json) }
    const permissions_json = change.permissions ? inOrder(change.permissions) : row.permissions_json
    const after = {
      name: change.name ?? row.name,
      description: change.description === undefined ? row.description : change.description,
      permissions: parsePermissions(permissions_json),
    }
    const moved = [...before.permissions, ...after.permissions].filter(
      (code) => before.permissions.includes(code) !== after.permissions.includes(code),
    )
    if (moved.length > 0) assertNotOwn(by, id)
    assertHolds(by, moved)
    const different = differences(before, after)
    if (!different && permissions_json === row.permissions_json) return
    await tx.q
      .updateTable('positions')
      .set({ name: after.name, description: after.description, permissions_json, updated_at: dbTime(now) })
      .where('id', '=', id)
      .execute()
    recordAudit(tx, {
      ...asker,
      action: 'position.updated',
      targetType: 'position',
      targetId: id,
      targetName: after.name,
      // A broken list that was mended grants the same and is still a change.
      ...(different ?? { before: { fault: 'permissions_json' }, after: { permissions: after.permissions } }),
      at: now,
    })
    tx.change({ type: 'position.updated', data: { positionId: id } })
    if (moved.length > 0)
      await rescopeHolders(ctx, tx, { positionId: id, now, canAnswer: moved.includes('chat:message') })
  })
}

/** Their sessions, their sockets and the rotation go by the new permissions from the commit on. */
async function rescopeHolders(
  ctx: Ctx,
  tx: Tx,
  { positionId, now, canAnswer }: { positionId: string; now: number; canAnswer: boolean },
): Promise<void> {
  const holders = await tx.q.selectFrom('users').select('id').where('position_id', '=', positionId).execute()
  for (const { id } of holders) tx.change({ type: 'user.updated', userId: id })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetAll())
  if (canAnswer) await handOutWaiting(tx, { at: now })
}

function assertNotOwn(by: Authority, positionId: string): void {
  if (by.positionId === positionId && !by.isAdmin) {
    throw new AppError('own_position', 403, 'You cannot change the permissions of your own position.')
  }
}

/** @throws AppError 404, `system_position`, `own_position`, `position_in_use` with the number of its holders */
export async function deletePosition(ctx: Ctx, asker: Asker, id: string): Promise<void> {
  await changeTeam(ctx, asker, needed, async (tx, by, now) => {
    const row = await getPosition(tx.q, id)
    assertDeletable(by, row)
    assertHolds(by, parsePermissions(row.permissions_json))
    await tx.q.deleteFrom('positions').where('id', '=', id).execute()
    tx.change({ type: 'position.updated', data: { positionId: id } })
    recordAudit(tx, {
      ...asker,
      action: 'position.deleted',
      targetType: 'position',
      targetId: id,
      targetName: row.name,
      before: { name: row.name, slug: row.slug, permissions: parsePermissions(row.permissions_json) },
      at: now,
    })
  })
}

function assertDeletable(by: Authority, row: PositionRow): void {
  if (row.is_system === 1) throw new AppError('system_position', 409, 'This position belongs to every installation.')
  if (by.positionId === row.id) throw new AppError('own_position', 409, 'You cannot delete your own position.')
  const holders = Number(row.holders)
  if (holders > 0) {
    throw new AppError('position_in_use', 409, `${holders} people have this position. Give them another one first.`, {
      holders,
    })
  }
}
