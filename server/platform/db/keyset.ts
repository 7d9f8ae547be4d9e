import { type RawBuilder, sql } from 'kysely'
import { type TableName, tables } from '../../data/tables.ts'
import { AppError } from '../errors.ts'
import { indexName, quoted } from './ddl.ts'
import type { Engine } from './transaction.ts'

/** A place in a list that is sorted by a time and an id, both descending: the last row that was seen. */
export interface Place {
  /** As stored: `YYYY-MM-DD HH:MM:SS.mmm`. */
  at: string
  id: string
  /** Rows looked through before this place, where a list is bounded by that. */
  looked?: number
}

/** A place as clients carry it: opaque, safe in an address. */
export const encodeCursor = ({ at, id, looked }: Place): string =>
  Buffer.from([at, id, ...(looked === undefined ? [] : [looked])].join('|')).toString('base64url')

const placeForm = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)\|([\x21-\x7b\x7d\x7e]{1,255})(?:\|(\d{1,9}))?$/

/** @throws AppError 400 for anything `encodeCursor` did not make */
export function decodeCursor(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  const [, at, id, looked] = placeForm.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (!at || !id || Number.isNaN(Date.parse(`${at.replace(' ', 'T')}Z`))) {
    throw new AppError('bad_cursor', 400, 'This cursor was not made here. Start from the first page.')
  }
  return { at, id, ...(looked === undefined ? {} : { looked: Number(looked) }) }
}

/**
 * What comes after a place. Written so that both engines enter the index at the time: a row value is a full scan on
 * MariaDB, and so is a plain OR on some of its versions (performance.md 2.2).
 */
export function after(place: Place | null, at: string, id: string): RawBuilder<boolean> {
  if (!place) return sql`1 = 1`
  return sql`(${sql.ref(at)} <= ${place.at} and (${sql.ref(at)} < ${place.at} or ${sql.ref(id)} < ${place.id}))`
}

/**
 * Binds a table in `from` to one of its indexes, named by its columns. The optimizers' own choice is right for the
 * first page and wrong by a factor of a thousand for some later one.
 */
export function onIndex<T extends TableName>(
  engine: Engine,
  table: T,
  columns: readonly (keyof (typeof tables)[T]['columns'] & string)[],
): RawBuilder<unknown> {
  const found = Object.entries({ ...tables[table].indexes, ...tables[table].unique }).find(
    ([, indexed]) => indexed.join() === columns.join(),
  )
  if (!found) throw new Error(`${table} has no index on (${columns.join(', ')})`)
  const name = quoted(engine, indexName(engine, table, found[0]))
  return sql.raw(engine.name === 'sqlite' ? `indexed by ${name}` : `force index (${name})`)
}
