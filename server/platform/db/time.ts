import { sql } from 'kysely'
import type { Db } from '../../data/tables.ts'
import type { Engine } from './transaction.ts'

/** Milliseconds since 1970 as both engines store it: `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export function dbTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 23)
}

export function fromDbTime(value: string): number {
  return Date.parse(`${value.replace(' ', 'T')}${value.includes('.') ? '' : '.000'}Z`)
}

/** A stored time as it travels: ISO 8601, UTC, milliseconds. */
export function isoTime(value: string): string
export function isoTime(value: string | null): string | null
export function isoTime(value: string | null): string | null {
  return value === null ? null : new Date(fromDbTime(value)).toISOString()
}

/** The database's own clock as an expression, in the stored form. */
export const nowOf = (engine: Engine) =>
  engine.name === 'sqlite' ? sql<string>`strftime('%Y-%m-%d %H:%M:%f','now')` : sql<string>`utc_timestamp(3)`

/** The database's own clock: leases of several processes are measured by one clock only (SND-9, RUN-4). */
export async function databaseNow(q: Db, engine: Engine): Promise<number> {
  const { rows } = await sql<{ now: string }>`select ${nowOf(engine)} as now`.execute(q)
  return fromDbTime(rows[0]?.now ?? '')
}
