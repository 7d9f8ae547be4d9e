import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type CompiledQuery, Kysely, MysqlDialect, sql } from 'kysely'
import type { Db, Tables } from '../../data/tables.ts'
import { AppError } from '../errors.ts'
import { SqliteConnection, SqliteDialect } from './sqlite.ts'
import { type Engine, runTransaction, type Tx } from './transaction.ts'

export interface Database {
  engine: Engine
  /** Reads outside a transaction, and single statements that need none. */
  q: Db
  /**
   * Runs `work` in one transaction, again when the engine asks for it (deadlock, lock wait, busy).
   * `work` must have no effect outside the transaction except through `tx.afterCommit`.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Called with each statement sent; for counting in tests and benchmarks. */
  onQuery?: (sql: string, milliseconds: number) => void
  /** MySQL connections in the pool. */
  poolSize?: number
}

/**
 * Opens `sqlite:<file>` or `mysql://user:pass@host:port/db` (or `?socketPath=`) and asserts the settings that
 * durability and correctness rest on; an engine that will not have them is refused.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  return url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length), options) : openMysql(url, options)
}

const logTo = (options: OpenOptions) =>
  options.onQuery
    ? {
        log: (e: { query: CompiledQuery; queryDurationMillis: number }) =>
          options.onQuery?.(e.query.sql, e.queryDurationMillis),
      }
    : {}

async function openSqlite(file: string, options: OpenOptions): Promise<Database> {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const connection = new SqliteConnection(file)
  // Waiting for another process is done without stopping this one (sqlite.ts).
  connection.exec('PRAGMA busy_timeout = 10')
  connection.exec('PRAGMA journal_mode = WAL')
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec('PRAGMA foreign_keys = ON')
  // Pages dirtied again and again between checkpoints are written once: +40 % ingest (docs/decisions/003).
  connection.exec('PRAGMA wal_autocheckpoint = 20000')
  connection.exec('PRAGMA cache_size = -65536')
  const value = (pragma: string) => Object.values(connection.all(`PRAGMA ${pragma}`)[0] ?? {})[0]
  assertSettings('SQLite', {
    journal_mode: [value('journal_mode'), file === ':memory:' ? 'memory' : 'wal'],
    synchronous: [value('synchronous'), 2],
    foreign_keys: [value('foreign_keys'), 1],
  })
  const q: Db = new Kysely<Tables>({ dialect: new SqliteDialect(connection), ...logTo(options) })
  const engine: Engine = { name: 'sqlite', native: connection, version: connection.driver }
  return {
    engine,
    q,
    transaction: (work) => runTransaction(q, engine, work),
    close: async () => {
      await q.destroy()
    },
  }
}

const strictMode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'

/** How mysql2 reaches the database, with the options that keep values as they are. */
function mysqlAccess(url: string) {
  const parsed = new URL(url)
  const socketPath = parsed.searchParams.get('socketPath')
  return {
    ...(socketPath ? { socketPath } : { host: parsed.hostname, port: Number(parsed.port || 3306) }),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    dateStrings: true,
    timezone: 'Z',
    charset: 'utf8mb4',
    supportBigNumbers: true,
    // MySQL has a JSON type of its own; the program reads JSON columns as text on every engine.
    jsonStrings: true,
    // A no-op `on duplicate key update` must report 0 rows, or a repeat would count as new.
    flags: ['-FOUND_ROWS'],
    connectTimeout: 5000,
  }
}

async function openMysql(url: string, options: OpenOptions): Promise<Database> {
  const { createConnection, createPool } = await import('mysql2')
  const access = mysqlAccess(url)
  const version = await new Promise<string>((resolve, reject) => {
    const probe = createConnection(access)
    probe.query('select version() as v', (error, rows) => {
      probe.destroy()
      if (error) reject(error)
      else resolve(String((rows as { v: string }[])[0]?.v))
    })
  })
  const maria = version.includes('MariaDB')
  // No-pad and binary: ids that differ in case or by a trailing space are different ids (requirements 0.1, 0.2).
  const collation = maria ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
  const isolation = maria ? 'tx_isolation' : 'transaction_isolation'
  const pool = createPool({ ...access, connectionLimit: options.poolSize ?? 10 })
  pool.on('connection', (connection) => {
    connection.query(
      `SET NAMES utf8mb4 COLLATE ${collation}, SESSION sql_mode = '${strictMode}', time_zone = '+00:00', ${isolation} = 'READ-COMMITTED', innodb_lock_wait_timeout = 5`,
    )
  })
  const q: Db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }), ...logTo(options) })
  try {
    const { rows } = await sql<Record<string, unknown>>`
      select ${sql.raw(`@@${isolation}`)} as isolation, @@sql_mode as sql_mode, @@time_zone as time_zone, @@innodb_flush_log_at_trx_commit as flush,
             @@innodb_doublewrite as doublewrite, @@collation_connection as collation`.execute(q)
    const s = rows[0] ?? {}
    assertSettings(maria ? 'MariaDB' : 'MySQL', {
      time_zone: [s.time_zone, '+00:00'],
      innodb_flush_log_at_trx_commit: [Number(s.flush), 1],
      collation_connection: [s.collation, collation],
      transaction_isolation: [s.isolation, 'READ-COMMITTED'],
      'sql_mode is strict': [String(s.sql_mode).includes('STRICT_ALL_TABLES'), true],
      'innodb_doublewrite is on': [['ON', '1', 'DETECT_AND_RECOVER'].includes(String(s.doublewrite)), true],
    })
    const engine: Engine = { name: 'mysql', version, collation }
    return {
      engine,
      q,
      transaction: (work) => runTransaction(q, engine, work),
      close: async () => {
        await q.destroy()
      },
    }
  } catch (error) {
    await q.destroy()
    throw error
  }
}

function assertSettings(engine: string, settings: Record<string, [found: unknown, wanted: unknown]>): void {
  const wrong = Object.entries(settings).filter(([, [found, wanted]]) => found !== wanted)
  if (wrong.length === 0) return
  const list = wrong
    .map(([name, [found, wanted]]) => `${name} is ${String(found)}, must be ${String(wanted)}`)
    .join('; ')
  throw new AppError('database_settings', 500, `${engine} refuses a setting that keeps messages safe: ${list}`)
}
