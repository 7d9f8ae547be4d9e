import type { Kysely } from 'kysely'
import { addedTables } from './additions.ts'
import type { RowTypes } from './columns.ts'
import { contractTables } from './contract.ts'

/** Every table, in an order in which foreign keys find what they refer to. */
export const tables = { ...contractTables, ...addedTables }

export type TableName = keyof typeof tables
export type Tables = { [T in TableName]: RowTypes<(typeof tables)[T]> }

/** What query functions take first: the pool, or the transaction they run in. */
export type Db = Kysely<Tables>
