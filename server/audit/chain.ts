import { createHash } from 'node:crypto'
import type { Db } from '../data/tables.ts'
import { insertAll, nextNumbers } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import type { AuditEntry } from './record-audit.ts'

const sequence = 'audit'
/** Stands before the first event. */
const genesis = '0'.repeat(64)

type AuditRow = Awaited<ReturnType<typeof eventsFrom>>[number]

/** The order is part of the chain: a new column goes to the end and only where it is set. */
const hashed = [
  'seq',
  'id',
  'created_at',
  'actor_id',
  'actor_name',
  'action',
  'target_type',
  'target_id',
  'target_name',
  'before_json',
  'after_json',
  'ip',
  'user_agent',
  'request_id',
  'prev_hash',
] as const satisfies (keyof AuditRow)[]

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const values = hashed.map((column) => (column === 'seq' ? Number(row.seq) : (row[column] ?? null)))
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}

/** Text as every engine gives it back: without control characters and halves of characters, within the column. */
const storable = (text: string | null | undefined, length: number) =>
  text == null
    ? null
    : [
        ...Buffer.from(text)
          .toString()
          .replace(/\p{Cc}/gu, ' '),
      ]
        .slice(0, length)
        .join('')

const json = (values: Record<string, unknown> | null | undefined) => (values ? JSON.stringify(values) : null)

/** Writes entries at the end of the chain. The sequence's row is the lock: one transaction at a time continues it. */
export async function appendToChain(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  const last = await nextNumbers(tx, sequence, entries.length)
  const first = last - entries.length + 1
  let previous = await hashAt(tx.q, first - 1)
  const rows = entries.map((entry, i) => {
    const row = {
      seq: first + i,
      id: newId(),
      created_at: dbTime(entry.at),
      actor_id: entry.actor?.userId ?? null,
      actor_name: storable(entry.actor?.name, 255),
      action: entry.action,
      target_type: entry.targetType,
      target_id: storable(entry.targetId, 255),
      target_name: storable(entry.targetName, 255),
      before_json: json(entry.before),
      after_json: json(entry.after),
      ip: storable(entry.request?.ip, 64),
      user_agent: storable(entry.request?.userAgent, 255),
      request_id: storable(entry.request?.requestId, 64),
      prev_hash: previous,
    }
    const hash = hashOf(row)
    previous = hash
    return { ...row, hash }
  })
  await insertAll(tx, 'audit_events', rows)
}

async function hashAt(q: Db, seq: number): Promise<string> {
  const row = await q.selectFrom('audit_events').select('hash').where('seq', '=', seq).executeTakeFirst()
  return row?.hash ?? genesis
}

const step = 1000

const eventsFrom = (q: Db, seq: number) =>
  q.selectFrom('audit_events').selectAll().where('seq', '>=', seq).orderBy('seq').limit(step).execute()

export type ChainState =
  | { sound: true; events: number; head: string }
  | { sound: false; events: number; seq: number; fault: 'missing' | 'altered' | 'cut_off' }

/**
 * Walks the whole chain. A row that was changed, removed, put in between, or cut off the end shows; a chain that was
 * made anew from the first row to the last shows only by its head, so the head is worth noting elsewhere.
 */
export async function verifyChain(q: Db): Promise<ChainState> {
  let expected = 1
  let previous = genesis
  for (;;) {
    const rows = await eventsFrom(q, expected)
    for (const row of rows) {
      const seq = Number(row.seq)
      if (seq !== expected) return { sound: false, events: expected - 1, seq: expected, fault: 'missing' }
      if (row.prev_hash !== previous || row.hash !== hashOf(row)) {
        return { sound: false, events: expected - 1, seq, fault: 'altered' }
      }
      previous = row.hash
      expected++
    }
    if (rows.length < step) break
  }
  const taken = await q.selectFrom('sequences').select('value').where('name', '=', sequence).executeTakeFirst()
  const events = expected - 1
  if (Number(taken?.value ?? 0) !== events) return { sound: false, events, seq: expected, fault: 'cut_off' }
  return { sound: true, events, head: previous }
}
