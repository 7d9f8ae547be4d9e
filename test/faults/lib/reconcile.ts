import { sql } from 'kysely'
import { tables } from '../../../server/data/tables.ts'
import type { Database } from '../../../server/platform/db/open.ts'
import type { TrafficEvent } from './traffic.ts'

export interface Balance {
  /** Rows for the messages of the traffic. */
  rows: number
  lost: number
  doubled: number
  invented: number
}

type MessageRow = { id: string; chatId: string; mid: string | null; contactId: string }

/** What customers wrote, without the customers of the sandbox. */
async function storedMessages({ q }: Database, without: ReadonlySet<string>): Promise<MessageRow[]> {
  const facebook = await q
    .selectFrom('facebook_messages')
    .select(['id', 'chat_id as chatId', 'mid', 'facebook_user_id as contactId'])
    .execute()
  const instagram = await q
    .selectFrom('instagram_messages')
    .select(['id', 'chat_id as chatId', 'mid', 'instagram_user_id as contactId'])
    .execute()
  return [...facebook, ...instagram].filter((row) => !without.has(row.contactId))
}

/** Compares the messages in the tables with those that must be there: nothing lost, doubled or invented. */
export async function balance(
  db: Database,
  {
    expected,
    made,
    others = new Set(),
  }: { expected: Iterable<string>; made: ReadonlyMap<string, TrafficEvent>; others?: ReadonlySet<string> },
): Promise<Balance> {
  const rows = await storedMessages(db, others)
  const stored = new Set(rows.map((row) => row.mid))
  return {
    rows: rows.length,
    lost: [...expected].filter((mid) => !stored.has(mid)).length,
    doubled: rows.length - stored.size,
    invented: [...stored].filter((mid) => mid === null || !made.has(mid)).length,
  }
}

/** Everything else that must follow from the messages; returns what does not, in words. */
export async function discrepancies(
  db: Database,
  { made, others = new Set() }: { made: ReadonlyMap<string, TrafficEvent>; others?: ReadonlySet<string> },
): Promise<string[]> {
  return [
    ...(await chatFaults(db, made, others)),
    ...(await changeFaults(db)),
    ...(await ledgerFaults(db)),
    ...(await integrityFaults(db)),
  ]
}

/** One chat per customer, as many unread as they wrote, one hand-out each. */
async function chatFaults({ q }: Database, made: ReadonlyMap<string, TrafficEvent>, others: ReadonlySet<string>) {
  const faults: string[] = []
  const written = new Map<string, number>()
  for (const { contactId } of made.values()) written.set(contactId, (written.get(contactId) ?? 0) + 1)
  const all = await q
    .selectFrom('chats')
    .select(['id', 'instagram_user_id', 'facebook_user_id', 'unread_count', 'assigned_to'])
    .execute()
  const chats = all
    .map((c) => ({ ...c, contactId: c.instagram_user_id ?? c.facebook_user_id ?? '' }))
    .filter((c) => !others.has(c.contactId))
  if (chats.length !== written.size) faults.push(`${chats.length} chats for ${written.size} customers`)
  const wrong = chats.filter((c) => c.unread_count !== written.get(c.contactId))
  if (wrong.length > 0)
    faults.push(`${wrong.length} chats count their unread messages wrong, e.g. ${JSON.stringify(wrong[0])}`)
  const handedOut = await q
    .selectFrom('chat_assignments')
    .select(['chat_id', (eb) => eb.fn.countAll().as('n')])
    .groupBy('chat_id')
    .execute()
  const times = new Map(handedOut.map((row) => [row.chat_id, Number(row.n)]))
  const notOnce = chats.filter((c) => times.get(c.id) !== 1 || c.assigned_to === null)
  if (notOnce.length > 0) faults.push(`${notOnce.length} chats were not handed out exactly once`)
  return faults
}

/** Numbers without a gap, and one announcement for each message row. */
async function changeFaults({ q }: Database): Promise<string[]> {
  const faults: string[] = []
  const { n, first, last } = await q
    .selectFrom('changes')
    .select((eb) => [eb.fn.countAll().as('n'), eb.fn.min('seq').as('first'), eb.fn.max('seq').as('last')])
    .executeTakeFirstOrThrow()
  if (Number(first) !== 1 || Number(last) !== Number(n)) faults.push(`${n} changes are numbered ${first} to ${last}`)
  const created = await q.selectFrom('changes').select(['message_id']).where('type', '=', 'message.created').execute()
  const announced = new Set(created.map((row) => row.message_id))
  const ids = [
    ...(await q.selectFrom('facebook_messages').select('id').execute()),
    ...(await q.selectFrom('instagram_messages').select('id').execute()),
  ]
  const silent = ids.filter(({ id }) => !announced.has(id)).length
  if (silent > 0 || created.length !== ids.length)
    faults.push(`${created.length} announcements for ${ids.length} messages, ${silent} never announced`)
  return faults
}

/** received = applied + duplicate + ignored + parked, in the totals and summed over the deliveries alike. */
async function ledgerFaults({ q }: Database): Promise<string[]> {
  const faults: string[] = []
  const of = (row: Record<string, unknown>) =>
    Object.fromEntries(
      ['received', 'applied', 'duplicate', 'ignored', 'parked'].map((name) => [name, Number(row[name] ?? 0)]),
    ) as Record<string, number>
  const totals = of(
    await q
      .selectFrom('webhook_totals')
      .select((eb) =>
        (['received', 'applied', 'duplicate', 'ignored', 'parked'] as const).map((c) => eb.fn.sum(c).as(c)),
      )
      .executeTakeFirstOrThrow(),
  )
  const summed = of(
    await q
      .selectFrom('facebook_webhook_events')
      .select((eb) =>
        (['received', 'applied', 'duplicate', 'ignored', 'parked'] as const).map((c) => eb.fn.sum(`events_${c}`).as(c)),
      )
      .executeTakeFirstOrThrow(),
  )
  for (const [name, t] of Object.entries({ totals, summed })) {
    const { received = 0, applied = 0, duplicate = 0, ignored = 0, parked = 0 } = t
    if (received !== applied + duplicate + ignored + parked)
      faults.push(`the ledger (${name}) does not add up: ${JSON.stringify(t)}`)
  }
  if (JSON.stringify(totals) !== JSON.stringify(summed))
    faults.push(`the ledger says ${JSON.stringify(totals)}, its deliveries ${JSON.stringify(summed)}`)
  if ((totals.parked ?? 0) > 0) faults.push(`${totals.parked} events were parked`)
  return faults
}

/** The engine's own checks, and every foreign key looked up. */
async function integrityFaults({ q, engine }: Database): Promise<string[]> {
  const faults: string[] = []
  if (engine.name === 'sqlite') {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(q)
    if (rows[0]?.integrity_check !== 'ok') faults.push(`integrity_check: ${JSON.stringify(rows.slice(0, 3))}`)
  } else {
    for (const name of Object.keys(tables)) {
      const { rows } = await sql<{ Msg_type: string; Msg_text: string }>`check table ${sql.table(name)}`.execute(q)
      const bad = rows.filter((row) => row.Msg_type === 'error' || (row.Msg_type === 'status' && row.Msg_text !== 'OK'))
      if (bad.length > 0) faults.push(`check table ${name}: ${JSON.stringify(bad)}`)
    }
  }
  for (const [name, table] of Object.entries(tables)) {
    for (const { column, references } of table.foreignKeys) {
      const [parent = '', key = ''] = references.split('.')
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from ${sql.table(name)} c where c.${sql.ref(column)} is not null
        and not exists (select 1 from ${sql.table(parent)} p where p.${sql.ref(key)} = c.${sql.ref(column)})`.execute(q)
      if (Number(rows[0]?.n) > 0) faults.push(`${rows[0]?.n} rows of ${name} refer to no ${references}`)
    }
  }
  return faults
}
