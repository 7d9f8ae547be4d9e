import type { ColumnType } from 'kysely'

/**
 * A column as data: what both engines need to create it, and the type a row has in the program.
 * Times are text `YYYY-MM-DD HH:MM:SS.mmm` in UTC on both engines: they compare and sort as text, and no driver turns
 * them into a Date on the way. Booleans are 0 or 1.
 */
export interface Column<Select = unknown, Insert = Select> {
  type: ColumnKind
  nullable: boolean
  default?: ColumnDefault
  onUpdate?: 'now'
  /** SQL expression of a generated column; the program never writes it. */
  generated?: string
  primaryKey?: boolean
  autoIncrement?: boolean
  readonly __types?: ColumnType<Select, Insert, Select>
}

export type ColumnKind =
  | { name: 'varchar'; length: number }
  | { name: 'text' | 'longtext' | 'json' | 'blob' | 'int' | 'bigint' | 'bool' | 'float' | 'datetime' }
  | { name: 'enum'; values: readonly string[] }

export type ColumnDefault = { literal: string | number | boolean } | 'uuid' | 'now'

export interface ForeignKey {
  column: string
  references: string
}

export interface Table {
  columns: Record<string, Column>
  primaryKey: string[]
  unique: Record<string, string[]>
  indexes: Record<string, string[]>
  foreignKeys: ForeignKey[]
}

const column = <S>(type: ColumnKind): Column<S> => ({ type, nullable: false })

export const varchar = (length: number) => column<string>({ name: 'varchar', length })
export const text = () => column<string>({ name: 'text' })
export const longtext = () => column<string>({ name: 'longtext' })
export const json = () => column<string>({ name: 'json' })
export const blob = () => column<Uint8Array>({ name: 'blob' })
export const int = () => column<number>({ name: 'int' })
export const bigint = () => column<number>({ name: 'bigint' })
export const bool = () => column<0 | 1>({ name: 'bool' })
export const float = () => column<number>({ name: 'float' })
export const datetime = () => column<string>({ name: 'datetime' })
export const oneOf = <const V extends string>(...values: V[]) => column<V>({ name: 'enum', values })

export const nullable = <S>(c: Column<S>): Column<S | null, S | null | undefined> => ({ ...c, nullable: true }) as never
export const withDefault = <S, I>(c: Column<S, I>, value: ColumnDefault): Column<S, I | undefined> =>
  ({ ...c, default: value }) as never
export const touched = <S, I>(c: Column<S, I>): Column<S, I> => ({ ...c, onUpdate: 'now' })
export const generated = <S>(c: Column<S>, expression: string): Column<S, undefined> =>
  ({ ...c, nullable: true, generated: expression }) as never

export const uuidKey = () => withDefault(varchar(36), 'uuid')
export const serialKey = (): Column<number, undefined> => ({ ...int(), primaryKey: true, autoIncrement: true }) as never
export const createdAt = () => withDefault(datetime(), 'now')
export const updatedAt = () => touched(withDefault(datetime(), 'now'))

/** Describes a table. Index names are made from the table's and the columns' names. */
export function table<C extends Record<string, Column>>(
  columns: C,
  keys: {
    primaryKey?: (keyof C & string)[]
    unique?: (keyof C & string)[][]
    indexes?: (keyof C & string)[][]
    foreignKeys?: Partial<Record<keyof C & string, string>>
  } = {},
): Omit<Table, 'columns'> & { columns: C } {
  const named = (lists: string[][], prefix: string) =>
    Object.fromEntries(lists.map((l) => [`${prefix}_${l.join('_')}`, l]))
  return {
    columns,
    primaryKey: keys.primaryKey ?? ['id'],
    unique: named(keys.unique ?? [], 'uq'),
    indexes: named(keys.indexes ?? [], 'ix'),
    foreignKeys: Object.entries(keys.foreignKeys ?? {}).map(([c, references]) => ({
      column: c,
      references: references as string,
    })),
  }
}

type TypesOf<C> = C extends { readonly __types?: infer T } ? Exclude<T, undefined> : never

/** The Kysely row type of a table. */
export type RowTypes<T extends { columns: Record<string, Column> }> = {
  [K in keyof T['columns']]: TypesOf<T['columns'][K]>
}
