import { type RawBuilder, sql } from 'kysely'
import type { Chat, ChatQuery } from '../../shared/chat.ts'
import type { Page } from '../../shared/common.ts'
import { type ContactNames, contactJoins, contactNames } from '../contacts/view.ts'
import { closingSoonRange } from '../meta/window.ts'
import { after, decodeCursor, encodeCursor, onIndex, type Place } from '../platform/db/keyset.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { chatViews } from './queries.ts'
import { type Assignees, assigneesInScope, scopeOf, type Viewer } from './visibility.ts'

/** A pool or a transaction: both know their engine. */
export type Reader = Pick<Tx, 'q' | 'engine'>

/**
 * How many of the newest chats that fit the other filters a search by name looks through. A substring can use no
 * index; this bounds what one keystroke may cost.
 */
export const searchDepth = 2000

/**
 * Up to this many people, one index range for each of them is read and merged; with more, all chats are walked. Those
 * that wait are few among anybody's chats, so walking the waiting ones pays earlier.
 */
const mostRanges = { waiting: 2, other: 24 }

export const byActivity = ['activity_at', 'id', 'last_incoming_at'] as const
export const byPerson = ['assigned_to', 'activity_at', 'id', 'last_incoming_at'] as const
export const byWaiting = ['waiting_since', 'id'] as const
export const byPage = ['facebook_page_id', 'activity_at', 'id'] as const

type Filter = Omit<ChatQuery, 'cursor' | 'limit'>
type Condition = RawBuilder<boolean>

/**
 * One page of the chats `viewer` may see, by last activity, newest first. At most three statements whatever the size:
 * the team (only where the scope needs it), the ids of the page, the chats with all that is shown of them.
 */
export async function listChats(
  reader: Reader,
  viewer: Viewer,
  { query, now }: { query: ChatQuery; now: number },
): Promise<Page<Chat>> {
  const { limit, cursor } = query
  const from = decodeCursor(cursor)
  const assignees = await assigneesFor(reader, viewer, query)
  const found = query.q
    ? await searchKeys(reader, { assignees, filter: query, name: query.q, now, from, limit: limit + 1 })
    : await listKeys(reader, { assignees, filter: query, now, from, limit: limit + 1 })
  const places = found.slice(0, limit)
  const chats = await chatViews(
    reader.q,
    places.map((p) => p.id),
    now,
  )
  const last = places.at(-1)
  return {
    items: places.flatMap((p) => chats.get(p.id) ?? []),
    next: found.length > limit && last ? encodeCursor(last) : null,
  }
}

/** Whose chats the list may hold: the scope, narrowed to whom the view and the filter ask for. */
export async function assigneesFor(
  { q }: Pick<Reader, 'q'>,
  viewer: Viewer,
  { view, assignedTo }: Pick<Filter, 'view' | 'assignedTo'>,
): Promise<Assignees> {
  const asked: (string | null)[] = []
  if (view === 'mine') asked.push(viewer.userId)
  if (view === 'unassigned') asked.push(null)
  if (assignedTo !== undefined) asked.push(assignedTo === 'unassigned' ? null : assignedTo)
  if (asked.length === 0) return assigneesInScope(q, viewer)
  const [one, other = one] = asked
  if (one === undefined || one !== other) return []
  const scope = scopeOf(viewer)
  if (scope.sees === 'none') return []
  if (scope.sees === 'all' || one === scope.userId || (one === null && scope.unassigned)) return [one]
  const visible = await assigneesInScope(q, viewer)
  return visible === 'any' || visible.includes(one) ? [one] : []
}

interface Search {
  assignees: Assignees
  filter: Omit<Filter, 'q' | 'assignedTo'>
  now: number
  from: Place | null
  limit: number
}

async function listKeys({ q, engine }: Reader, search: Search): Promise<Place[]> {
  if (search.assignees.length === 0) return []
  const { rows } = await keysStatement(engine, search).execute(q)
  return rows
}

/** The ids and times of a page, in order, read from indexes as far as the filter allows. */
export function keysStatement(
  engine: Tx['engine'],
  { assignees, filter, now, from, limit }: Search,
): RawBuilder<Place> {
  const sort = walkIndex(assignees, filter)
  const one = (who: Condition | null) => sql<Place>`
    select id, ${sql.ref(sort.column)} as at from chats ${onIndex(engine, 'chats', sort.index)}
    where ${sql.join([...(who ? [who] : []), ...conditions(filter, now), after(from, sort.column, 'id')], sql` and `)}
    order by ${sql.ref(sort.column)} desc, id desc limit ${sql.lit(limit)}`
  if (assignees === 'any') return one(null)
  if (assignees.length === 1) return one(assignedToOneOf(assignees))
  if (!sort.perPerson) return one(assignedToOneOf(assignees))
  const ranges = assignees.map(
    (who, i) => sql`select id, at from (${one(assignedToOneOf([who]))}) as ${sql.id(`r${i}`)}`,
  )
  return sql<Place>`${sql.join(ranges, sql` union all `)} order by at desc, id desc limit ${sql.lit(limit)}`
}

/** Which index gives the order asked for while reading the fewest rows that do not belong to the page. */
function walkIndex(assignees: Assignees, { view, page }: Search['filter']) {
  const most = mostRanges[view === 'waiting' ? 'waiting' : 'other']
  const perPerson = assignees !== 'any' && assignees.length <= most
  if (perPerson) return { column: 'activity_at', index: byPerson, perPerson } as const
  // A chat that waits was last active when the customer wrote, so this index has the same order.
  if (view === 'waiting') return { column: 'waiting_since', index: byWaiting, perPerson } as const
  if (page !== undefined) return { column: 'activity_at', index: byPage, perPerson } as const
  return { column: 'activity_at', index: byActivity, perPerson } as const
}

export function assignedToOneOf(people: readonly (string | null)[]): Condition {
  const ids = people.filter((p) => p !== null)
  const parts: Condition[] = []
  if (ids.length === 1) parts.push(sql`assigned_to = ${ids[0]}`)
  if (ids.length > 1) parts.push(sql`assigned_to in (${sql.join(ids)})`)
  if (ids.length < people.length) parts.push(sql`assigned_to is null`)
  return parts.length === 1 ? (parts[0] as Condition) : sql`(${sql.join(parts, sql` or `)})`
}

export function conditions({ view, platform, page, unread }: Search['filter'], now: number): Condition[] {
  const all: Condition[] = []
  // The first half can be told from the index alone; it holds for all that wait.
  if (view === 'waiting') all.push(sql`last_incoming_at = activity_at and waiting_since is not null`)
  if (view === 'closing') {
    const { after: over, until } = closingSoonRange(now)
    // Whoever wrote in that time has been active since then: this is what bounds the walk.
    all.push(
      sql`activity_at > ${dbTime(over)} and last_incoming_at > ${dbTime(over)} and last_incoming_at <= ${dbTime(until)}`,
    )
  }
  if (platform) all.push(sql`platform = ${platform}`)
  if (page !== undefined) all.push(sql`facebook_page_id = ${page}`)
  if (unread) all.push(unread === 'true' ? sql`unread_count > 0` : sql`coalesce(unread_count, 0) = 0`)
  return all
}

interface NamedKey extends Place, ContactNames {
  username: string
}

async function searchKeys(reader: Reader, search: Search & { name: string }): Promise<Place[]> {
  const looked = search.from?.looked ?? 0
  const depth = searchDepth - looked
  if (search.assignees.length === 0 || depth <= 0) return []
  const keys = keysStatement(reader.engine, { ...search, limit: depth })
  const { rows } = await sql<NamedKey>`
    select k.id, k.at, c.username, ${sql.raw(contactNames)} from (${keys}) as k join chats c on c.id = k.id ${sql.raw(contactJoins)}`.execute(
    reader.q,
  )
  const wanted = folded(search.name)
  const named = (row: NamedKey) =>
    [row.username, row.contact_name, row.contact_username].some(
      (name) => name !== null && folded(name).includes(wanted),
    )
  return rows
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
    .map((row, i) => ({ row, place: { id: row.id, at: row.at, looked: looked + i + 1 } }))
    .filter(({ row }) => named(row))
    .slice(0, search.limit)
    .map(({ place }) => place)
}

/**
 * A name without case and accents. Done here and not in SQL, where one engine would find "Zoë" by "zoe", the other by
 * "ZOË" only.
 */
function folded(text: string): string {
  const plain = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.toLowerCase()
}
