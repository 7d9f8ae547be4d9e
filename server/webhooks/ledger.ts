import { upsertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { Outcome } from './outcome.ts'

export interface Tally {
  received: number
  applied: number
  duplicate: number
  ignored: number
  parked: number
}

/** received = applied + duplicate + ignored + parked, by construction. */
export function tally(outcomes: readonly Outcome[]): Tally {
  const count = (state: Outcome['state']) => outcomes.filter((o) => o.state === state).length
  return {
    received: outcomes.length,
    applied: count('applied'),
    duplicate: count('duplicate'),
    ignored: count('ignored'),
    parked: count('parked'),
  }
}

const add = (column: string) => [column, `${column} + new(${column})`] as const

/** Adds to the running totals of the day (UTC). Negative numbers take back what a replay settled otherwise. */
export async function addToTotals(tx: Tx, at: number, deliveries: number, t: Tally): Promise<void> {
  await upsertAll(
    tx,
    'webhook_totals',
    [{ day: dbTime(at).slice(0, 10), deliveries, ...t }],
    ['day'],
    (['deliveries', 'received', 'applied', 'duplicate', 'ignored', 'parked'] as const).map(
      (c) => [...add(c)] as [typeof c, string],
    ),
  )
}

/** Counts kinds that were kept and not applied, so that it shows what Meta sends and we do not use yet. */
export async function countIgnored(
  tx: Tx,
  at: number,
  ignored: readonly { object: string | null; kind: string; reason: string }[],
): Promise<void> {
  const counts = new Map<string, { object: string; kind: string; reason: string; count: number }>()
  for (const { object, kind, reason } of ignored) {
    const key = JSON.stringify([object, kind, reason])
    const known = counts.get(key) ?? { object: object ?? '', kind, reason, count: 0 }
    counts.set(key, { ...known, count: known.count + 1 })
  }
  const rows = [...counts.values()]
    .sort((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((c) => ({ ...c, last_seen_at: dbTime(at) }))
  await upsertAll(
    tx,
    'webhook_ignored_kinds',
    rows,
    ['object', 'kind', 'reason'],
    [[...add('count')] as ['count', string], 'last_seen_at'],
  )
}
