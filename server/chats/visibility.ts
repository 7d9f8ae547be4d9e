import { type RawBuilder, sql } from 'kysely'
import type { Permission } from '../../shared/permissions.ts'
import type { Db } from '../data/tables.ts'

/** Who is looking: an actor of a request, or a person at a live connection. */
export interface Viewer {
  userId: string
  role: 'admin' | 'agent'
  positionId: string | null
  permissions: ReadonlySet<Permission>
}

/** The codes of which one is needed to see any chat at all. */
export const anyChatView = ['chat:view:assigned', 'chat:view:team', 'chat:view:all'] as const satisfies Permission[]

/**
 * What someone may see, as data: everything, or the chats of some people with or without the unassigned ones.
 * The one rule behind lists, counts, search, single chats and live events (AZ-6).
 */
export type Scope =
  | { sees: 'all' }
  | {
      sees: 'some'
      userId: string /** Also chats of everybody with this position. */
      positionId: string | null
      unassigned: boolean
    }
  | { sees: 'none' }

export function scopeOf({ userId, role, positionId, permissions }: Viewer): Scope {
  if (role === 'admin' || permissions.has('chat:view:all')) return { sees: 'all' }
  if (permissions.has('chat:view:team')) return { sees: 'some', userId, positionId, unassigned: true }
  // Taking a chat begins with seeing it.
  if (permissions.has('chat:view:assigned'))
    return { sees: 'some', userId, positionId: null, unassigned: permissions.has('chat:claim') }
  return { sees: 'none' }
}

/** The scope over `chats` under the name `chats`, or another: for any statement that reads chats. */
export function visibleChats(viewer: Viewer, chats = 'chats'): RawBuilder<boolean> {
  const scope = scopeOf(viewer)
  if (scope.sees === 'all') return sql`1 = 1`
  if (scope.sees === 'none') return sql`1 = 0`
  const assignedTo = sql.ref(`${chats}.assigned_to`)
  const parts = [sql`${assignedTo} = ${scope.userId}`]
  if (scope.unassigned) parts.push(sql`${assignedTo} is null`)
  if (scope.positionId) parts.push(sql`${assignedTo} in (select id from users where position_id = ${scope.positionId})`)
  return sql`(${sql.join(parts, sql` or `)})`
}

/** The same rule for one chat in memory. `assigneePositionId` is the position of the person it is assigned to. */
export function canSeeChat(
  viewer: Viewer,
  chat: { assignedTo: string | null; assigneePositionId: string | null },
): boolean {
  const scope = scopeOf(viewer)
  if (scope.sees !== 'some') return scope.sees === 'all'
  if (chat.assignedTo === null) return scope.unassigned
  return chat.assignedTo === scope.userId || (scope.positionId !== null && chat.assigneePositionId === scope.positionId)
}

/** The people whose chats a list may hold; null stands for nobody, that is the unassigned ones. */
export type Assignees = 'any' | (string | null)[]

/** The scope as a list of people, so that a list can be merged from one index range for each. */
export async function assigneesInScope(q: Db, viewer: Viewer): Promise<Assignees> {
  const scope = scopeOf(viewer)
  if (scope.sees === 'all') return 'any'
  if (scope.sees === 'none') return []
  const people = new Set<string | null>([scope.userId])
  if (scope.unassigned) people.add(null)
  if (scope.positionId) {
    const team = await q.selectFrom('users').select('id').where('position_id', '=', scope.positionId).execute()
    for (const { id } of team) people.add(id)
  }
  return [...people]
}
