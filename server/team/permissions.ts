import { type Permission, parsePermissions, permissionCodes } from '../../shared/permissions.ts'
import type { Role } from '../../shared/user.ts'
import type { Logger } from '../platform/log.ts'

const everything: ReadonlySet<Permission> = new Set(permissionCodes)
const nothing: ReadonlySet<Permission> = new Set()
const reported = new Set<string>()

/**
 * What a person may do: an admin everything, an agent exactly what the position says. The role decides first, so a
 * position never takes anything from an admin; no position, a broken list or an unknown code grants nothing (AZ-4).
 */
export function permissionsOf(
  user: { role: Role; position_id: string | null; permissions_json: string | null },
  log: Logger,
): ReadonlySet<Permission> {
  if (user.role === 'admin') return everything
  if (user.position_id === null) return nothing
  const codes = parsePermissions(user.permissions_json)
  if (permissionsFault(user.permissions_json)) report(log, user.position_id, user.permissions_json)
  return new Set(codes)
}

/** What is wrong with a stored list of permissions. */
export function permissionsFault(json: string | null): 'unreadable' | 'unknown_codes' | null {
  try {
    const value: unknown = JSON.parse(json ?? '')
    if (!Array.isArray(value)) return 'unreadable'
    return new Set(value).size === parsePermissions(json).length ? null : 'unknown_codes'
  } catch {
    return 'unreadable'
  }
}

/** Once per value: it is read again every second while its people work. */
function report(log: Logger, positionId: string, json: string | null): void {
  const key = `${positionId}|${json}`
  if (reported.has(key)) return
  reported.add(key)
  log.warn({ positionId }, 'a position holds permissions that cannot be read; they grant nothing')
}
