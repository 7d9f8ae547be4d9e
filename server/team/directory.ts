import { sql } from 'kysely'
import type { Permission } from '../../shared/permissions.ts'
import type { Directory, DirectoryUser, UsersQuery } from '../../shared/team.ts'
import { eligibleAgents } from '../assignment/eligibility.ts'
import { type Viewer, visibleChats } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { after, decodeCursor, encodeCursor } from '../platform/db/keyset.ts'
import { isoTime } from '../platform/db/time.ts'
import { notFound } from '../platform/errors.ts'
import { selectUsers, type UserRow } from './queries.ts'
import { userView } from './view.ts'

/** Whoever works with people sees how they sign in; handing out chats needs only names. */
export const managesPeople = ['user:manage', 'user:invite', 'position:assign'] as const satisfies readonly Permission[]
export const seesPeople = ['chat:assign', ...managesPeople] as const

const seesProfiles = ({ permissions }: Viewer) => managesPeople.some((code) => permissions.has(code))

/** One page of the people, newest first, with the team's totals. Five statements whatever the size. */
export async function directoryPage(ctx: Ctx, viewer: Viewer, query: UsersQuery): Promise<Directory> {
  const { q } = ctx.db
  const { cursor, limit } = query
  const filter = await filterOf(q, query)
  const place = decodeCursor(cursor)
  const needle = query.q?.toLocaleLowerCase()
  const found = needle ? await search(q, { filter, needle, profiles: seesProfiles(viewer) }) : null
  let rows: UserRow[]
  if (found) {
    const start = place ? found.indexOf(place.id) + 1 : 0
    rows = await rowsOf(q, found.slice(start, start + limit + 1))
  } else {
    rows = await selectUsers(q)
      .where(filter)
      .where(after(place, 'u.created_at', 'u.id'))
      .orderBy('u.created_at', 'desc')
      .orderBy('u.id', 'desc')
      .limit(limit + 1)
      .execute()
  }
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: await withFigures(q, viewer, shown),
    next: rows.length > limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null,
    totals: await totals(q, { filter, matching: found?.length ?? null }),
  }
}

type Filter = ReturnType<typeof sql<boolean>>

async function filterOf(q: Db, { assignable, role, position, active, available }: UsersQuery): Promise<Filter> {
  const parts: Filter[] = [sql<boolean>`1 = 1`]
  if (assignable === 'true') {
    const ids = (await eligibleAgents(q)).map((agent) => agent.id)
    parts.push(ids.length === 0 ? sql`1 = 0` : sql`u.id in (${sql.join(ids)})`)
  }
  if (role) parts.push(sql`u.role = ${role}`)
  if (position === 'none') parts.push(sql`u.position_id is null`)
  else if (position) parts.push(sql`u.position_id = ${position}`)
  if (active) parts.push(sql`u.is_active = ${active === 'true' ? 1 : 0}`)
  if (available) parts.push(sql`u.can_receive_new_chats = ${available === 'true' ? 1 : 0}`)
  return sql<boolean>`(${sql.join(parts, sql` and `)})`
}

/** Compared here and not by the engines: they disagree on which letters are the same beyond ASCII. */
async function search(
  q: Db,
  { filter, needle, profiles }: { filter: Filter; needle: string; profiles: boolean },
): Promise<string[]> {
  const rows = await q
    .selectFrom('users as u')
    .select(['u.id', 'u.name', 'u.email', 'u.contact_number', 'u.emp_id'])
    .where(filter)
    .orderBy('u.created_at', 'desc')
    .orderBy('u.id', 'desc')
    .execute()
  const digits = /\d/.test(needle) ? needle.replace(/[\s().-]/g, '') : needle
  const contains = (text: string | null, part = needle) => text?.toLocaleLowerCase().includes(part) ?? false
  return rows
    .filter(
      (row) =>
        contains(row.name) ||
        (profiles && (contains(row.email) || contains(row.contact_number, digits) || contains(row.emp_id))),
    )
    .map((row) => row.id)
}

async function rowsOf(q: Db, ids: readonly string[]): Promise<UserRow[]> {
  if (ids.length === 0) return []
  const rows = await selectUsers(q)
    .where('u.id', 'in', [...ids])
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

async function totals(q: Db, { filter, matching }: { filter: Filter; matching: number | null }) {
  const one = (condition: Filter) => sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`
  const row = await q
    .selectFrom('users as u')
    .select((e) => [
      e.fn.countAll<number>().as('people'),
      one(sql`u.is_active = 1`).as('active'),
      one(sql`u.is_active = 1 and u.role = 'agent' and u.can_receive_new_chats = 1`).as('available'),
      one(sql`u.is_active = 1 and u.role = 'admin'`).as('admins'),
      matching === null ? one(filter).as('matching') : sql<number>`${matching}`.as('matching'),
    ])
    .executeTakeFirstOrThrow()
  return {
    people: Number(row.people),
    active: Number(row.active),
    available: Number(row.available),
    admins: Number(row.admins),
    matching: Number(row.matching),
  }
}

/** One person of the directory. @throws AppError 404 */
export async function getDirectoryUser(q: Db, viewer: Viewer, id: string): Promise<DirectoryUser> {
  const [found] = await withFigures(q, viewer, await rowsOf(q, [id]))
  if (!found) throw notFound('user')
  return found
}

async function withFigures(q: Db, viewer: Viewer, rows: readonly UserRow[]): Promise<DirectoryUser[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const chats = await assignedChats(q, viewer, ids)
  const seen = await lastSeen(q, ids)
  const profiles = seesProfiles(viewer)
  return rows.map((row) => ({
    ...userView(row),
    assignedChats: chats.get(row.id) ?? 0,
    lastSeenAt: seen.get(row.id) ?? null,
    createdAt: isoTime(row.created_at),
    profile: profiles
      ? {
          email: row.email,
          contactNumber: row.contact_number,
          country: row.country,
          empId: row.emp_id,
          isInvited: row.is_invited === 1,
        }
      : null,
  }))
}

/** Whoever manages people has to know their load; others count what they may see themselves (AZ-6). */
async function assignedChats(q: Db, viewer: Viewer, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await q
    .selectFrom('chats')
    .select((e) => ['assigned_to', e.fn.countAll<number>().as('n')])
    .where('assigned_to', 'in', [...ids])
    .where(viewer.permissions.has('user:manage') ? sql<boolean>`1 = 1` : visibleChats(viewer))
    .groupBy('assigned_to')
    .execute()
  return new Map(rows.map((row) => [row.assigned_to ?? '', Number(row.n)]))
}

async function lastSeen(q: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await q
    .selectFrom('sessions')
    .select((e) => ['user_id', e.fn.max('last_seen_at').as('at')])
    .where('user_id', 'in', [...ids])
    .groupBy('user_id')
    .execute()
  return new Map(rows.map((row) => [row.user_id, isoTime(row.at)]))
}
