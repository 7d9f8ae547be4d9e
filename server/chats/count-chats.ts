import { type RawBuilder, sql } from 'kysely'
import { type ChatCounts, type ChatView, chatView, countLimit } from '../../shared/chat.ts'
import { onIndex } from '../platform/db/keyset.ts'
import { assignedToOneOf, byActivity, byPage, byPerson, byWaiting, conditions, type Reader } from './list-chats.ts'
import { type Assignees, assigneesInScope, scopeOf, type Viewer } from './visibility.ts'

/**
 * How many chats each view and each page holds for `viewer`; every figure stops at `countLimit`, so that the cost has a
 * bound and no large number is recounted with each message. What no index tells apart (the pages within the chats of some
 * people, what is unread of one's own) is counted among that many. At most two statements.
 */
export async function countChats(reader: Reader, viewer: Viewer, now: number): Promise<ChatCounts> {
  const assignees = await assigneesInScope(reader.q, viewer)
  const pages = assignees === 'any' ? await pageIds(reader) : []
  const parts = [
    ...chatView.options.map((view) => counted(view, ofView(reader, viewer, assignees, view, now))),
    counted('unread', [unreadOf(reader, viewer.userId)]),
    ...(assignees === 'any'
      ? pages.map((page) => counted('page', [ofPage(reader, page)], page))
      : assignees.length > 0
        ? [pagesOfPeople(reader, assignees)]
        : []),
  ]
  const { rows } = await sql<Figure>`${sql.join(parts, sql` union all `)}`.execute(reader.q)
  const figures = rows.map((row) => ({ ...row, n: Math.min(Number(row.n), countLimit) }))
  const figure = (what: string) => figures.find((f) => f.what === what)?.n ?? 0
  return {
    views: Object.fromEntries(chatView.options.map((v) => [v, figure(v)])) as Record<ChatView, number>,
    pages: figures.flatMap(({ what, page, n }) =>
      what === 'page' && page ? [{ facebookPageId: page, count: n }] : [],
    ),
    unreadMine: scopeOf(viewer).sees === 'none' ? 0 : figure('unread'),
  }
}

interface Figure {
  what: string
  page: string | null
  n: number
}

type Rows = RawBuilder<unknown>

/** One figure: the rows of some selects, each of which stops by itself. */
function counted(what: string, selects: readonly Rows[], page: string | null = null): Rows {
  const counts = selects.map((rows) => sql`(select count(*) from (${rows}) as t)`)
  const sum = counts.length === 0 ? sql`0` : sql.join(counts, sql` + `)
  return sql`select ${sql.lit(what)} as what, ${page} as page, ${sum} as n`
}

function ofView(reader: Reader, viewer: Viewer, assignees: Assignees, view: ChatView, now: number): Rows[] {
  if (assignees.length === 0) return []
  if (view === 'mine') return [ofPeople(reader, [viewer.userId])]
  if (view === 'unassigned') {
    return assignees === 'any' || assignees.includes(null) ? [ofPeople(reader, [null])] : []
  }
  const [condition] = conditions({ view }, now)
  if (assignees === 'any') return [ofAll(reader, view, condition)]
  const people = assignees.filter((a) => a !== null)
  return [
    ...(people.length > 0 ? [ofPeople(reader, people, condition)] : []),
    ...(people.length < assignees.length ? [ofPeople(reader, [null], condition)] : []),
  ]
}

const stop = sql.lit(countLimit)

function ofAll({ engine }: Reader, view: ChatView, condition: RawBuilder<boolean> | undefined): Rows {
  const index = view === 'waiting' ? byWaiting : byActivity
  return sql`select 1 from chats ${onIndex(engine, 'chats', index)} where ${condition ?? sql`1 = 1`} limit ${stop}`
}

function ofPeople({ engine }: Reader, people: readonly (string | null)[], condition?: RawBuilder<boolean>): Rows {
  const index = onIndex(engine, 'chats', byPerson)
  const also = condition ? sql` and ${condition}` : sql``
  return sql`select 1 from chats ${index} where ${assignedToOneOf(people)}${also} limit ${stop}`
}

function unreadOf({ engine }: Reader, userId: string): Rows {
  return sql`
    select 1 from (select unread_count from chats ${onIndex(engine, 'chats', byPerson)} where assigned_to = ${userId}
      order by activity_at desc, id desc limit ${stop}) as newest
    where unread_count > 0`
}

function ofPage({ engine }: Reader, page: string): Rows {
  const index = onIndex(engine, 'chats', byPage)
  return sql`select 1 from chats ${index} where facebook_page_id = ${page} limit ${stop}`
}

function pagesOfPeople({ engine }: Reader, assignees: readonly (string | null)[]): Rows {
  const index = onIndex(engine, 'chats', byPerson)
  const selects = [assignees.filter((a) => a !== null), assignees.filter((a) => a === null)]
    .filter((people) => people.length > 0)
    .map(
      (people, i) => sql`
      select facebook_page_id from (select facebook_page_id from chats ${index} where ${assignedToOneOf(people)}
        limit ${stop}) as ${sql.id(`p${i}`)}`,
    )
  return sql`
    select 'page' as what, facebook_page_id as page, count(*) as n from (${sql.join(selects, sql` union all `)}) as p
    where facebook_page_id is not null group by facebook_page_id`
}

async function pageIds({ q }: Reader): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select page_id as id from facebook_pages union select page_id from instagram_accounts`.execute(q)
  return rows.map((r) => r.id)
}
