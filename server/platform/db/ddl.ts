import type { Column, Table } from '../../data/columns.ts'
import type { Engine } from './transaction.ts'

/** The statements that make tables, columns and indexes, per engine. */

const sqliteNow = "(strftime('%Y-%m-%d %H:%M:%f','now'))"
const sqliteUuid =
  "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)),2) || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)),2) || '-' || hex(randomblob(6))))"

export const quoted = (engine: Engine, name: string) => (engine.name === 'sqlite' ? `"${name}"` : `\`${name}\``)

/** Literals in our declarations are ours; the quotes are for correctness, not for safety. */
const literal = (value: string | number | boolean) =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(Number(value))

export function columnType(engine: Engine, column: Column): string {
  const { type } = column
  const mysql = engine.name === 'mysql'
  switch (type.name) {
    case 'varchar':
      return `VARCHAR(${type.length})`
    case 'text':
      return 'TEXT'
    case 'longtext':
      return mysql ? 'LONGTEXT' : 'TEXT'
    case 'json':
      return 'JSON'
    case 'blob':
      return mysql ? 'LONGBLOB' : 'BLOB'
    case 'int':
      return column.autoIncrement && !mysql ? 'INTEGER' : 'INT'
    case 'bigint':
      return 'BIGINT'
    case 'bool':
      return mysql ? 'TINYINT(1)' : 'BOOLEAN'
    case 'float':
      return 'FLOAT'
    case 'datetime':
      return mysql ? 'DATETIME(3)' : 'DATETIME'
    case 'enum':
      return mysql
        ? `ENUM(${type.values.map(literal).join(',')})`
        : `VARCHAR(${Math.max(...type.values.map((v) => v.length))})`
  }
}

function defaultOf(engine: Engine, column: Column): string {
  const value = column.default
  if (value === undefined) return ''
  const mysql = engine.name === 'mysql'
  if (value === 'now') return ` DEFAULT ${mysql ? 'CURRENT_TIMESTAMP(3)' : sqliteNow}`
  if (value === 'uuid') return ` DEFAULT ${mysql ? '(UUID())' : sqliteUuid}`
  return ` DEFAULT ${mysql && column.type.name === 'text' ? `(${literal(value.literal)})` : literal(value.literal)}`
}

export function columnDdl(engine: Engine, name: string, column: Column): string {
  const mysql = engine.name === 'mysql'
  const head = `${quoted(engine, name)} ${columnType(engine, column)}`
  if (column.autoIncrement) return `${head} ${mysql ? 'NOT NULL AUTO_INCREMENT' : 'PRIMARY KEY AUTOINCREMENT NOT NULL'}`
  // Stored on MySQL, where indexed virtual columns have a history of bugs; SQLite can add only virtual ones later.
  if (column.generated) return `${head} GENERATED ALWAYS AS (${column.generated}) ${mysql ? 'STORED' : 'VIRTUAL'}`
  const nullability = column.nullable ? (mysql ? ' NULL' : '') : ' NOT NULL'
  const onUpdate = column.onUpdate && mysql ? ' ON UPDATE CURRENT_TIMESTAMP(3)' : ''
  const check =
    column.type.name === 'enum' && !mysql
      ? ` CHECK (${quoted(engine, name)} IN (${column.type.values.map(literal).join(',')}))`
      : ''
  return `${head}${nullability}${defaultOf(engine, column)}${onUpdate}${check}`
}

const list = (engine: Engine, columns: readonly string[]) => columns.map((c) => quoted(engine, c)).join(', ')

export function foreignKeyDdl(engine: Engine, key: { column: string; references: string }): string {
  const [table, column] = key.references.split('.') as [string, string]
  return `FOREIGN KEY (${quoted(engine, key.column)}) REFERENCES ${quoted(engine, table)} (${quoted(engine, column)})`
}

/** MySQL truncates nothing but refuses names over 64 characters; ours carry the table so that SQLite's are unique. */
export const indexName = (engine: Engine, table: string, index: string) =>
  engine.name === 'sqlite' ? `${table}_${index}` : index

export function createTableDdl(engine: Engine, name: string, table: Table): string {
  const mysql = engine.name === 'mysql'
  const auto = Object.values(table.columns).some((c) => c.autoIncrement)
  const lines = Object.entries(table.columns).map(([c, column]) => columnDdl(engine, c, column))
  if (mysql || !auto) lines.push(`PRIMARY KEY (${list(engine, table.primaryKey)})`)
  if (mysql) {
    for (const [n, columns] of Object.entries(table.unique))
      lines.push(`UNIQUE KEY ${quoted(engine, n)} (${list(engine, columns)})`)
    for (const [n, columns] of Object.entries(table.indexes))
      lines.push(`KEY ${quoted(engine, n)} (${list(engine, columns)})`)
  }
  for (const key of table.foreignKeys) lines.push(foreignKeyDdl(engine, key))
  const options =
    engine.name === 'mysql'
      ? ` ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${engine.collation} ROW_FORMAT=DYNAMIC`
      : ''
  return `CREATE TABLE IF NOT EXISTS ${quoted(engine, name)} (\n  ${lines.join(',\n  ')}\n)${options}`
}

export function createIndexDdl(
  engine: Engine,
  table: string,
  name: string,
  columns: readonly string[],
  unique: boolean,
): string {
  const ifMissing = engine.name === 'sqlite' ? 'IF NOT EXISTS ' : ''
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${ifMissing}${quoted(engine, indexName(engine, table, name))} ON ${quoted(engine, table)} (${list(engine, columns)})`
}

/**
 * SQLite has no `ON UPDATE`: a trigger does what MySQL does, and only where the writer left the column as it was and
 * changed another one. The times at which a row began do not count as a change of it.
 */
export function touchTriggerDdl(engine: Engine, name: string, table: Table): string | null {
  const touched = Object.entries(table.columns).find(([, c]) => c.onUpdate)
  if (engine.name !== 'sqlite' || !touched) return null
  const c = quoted(engine, touched[0])
  const others = Object.entries(table.columns).filter(
    ([n, column]) => !column.generated && column.default !== 'now' && !table.primaryKey.includes(n),
  )
  const changed = others.map(([n]) => `NEW.${quoted(engine, n)} IS NOT OLD.${quoted(engine, n)}`).join(' OR ')
  return `CREATE TRIGGER IF NOT EXISTS "${name}_touch" AFTER UPDATE ON "${name}" FOR EACH ROW WHEN NEW.${c} IS OLD.${c} AND (${changed})
    BEGIN UPDATE "${name}" SET ${c} = ${sqliteNow} WHERE rowid = NEW.rowid; END`
}
