import { createRequire } from 'node:module'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** The part of better-sqlite3's statement interface that libsql and node:sqlite both have. */
interface Statement {
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
}

interface RawDatabase {
  prepare(sql: string): Statement
  exec(sql: string): unknown
  close(): void
}

const cacheSize = 500
const lockWaitMs = 8000
const require = createRequire(import.meta.url)

/**
 * One SQLite connection, with its statements prepared once.
 * node:sqlite where Node has it (22.16 on), libsql on Node 20: both ship their own SQLite and need no compiler.
 */
export class SqliteConnection {
  readonly driver: string
  readonly #raw: RawDatabase
  readonly #statements = new Map<string, { statement: Statement; reads: boolean }>()

  constructor(file: string) {
    const opened = openRaw(file)
    this.driver = opened.driver
    this.#raw = opened.raw
  }

  exec(sql: string): void {
    this.#raw.exec(sql)
  }

  all<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Row[] {
    return this.#prepare(sql).statement.all(...parameters) as Row[]
  }

  /** Runs a writing statement and tells how many rows it changed. */
  run(sql: string, parameters: readonly unknown[] = []): number {
    return Number(this.#prepare(sql).statement.run(...parameters).changes)
  }

  reads(sql: string): boolean {
    return this.#prepare(sql).reads
  }

  /** Empties the log into the file: prepared statements keep SQLite from doing it, and whoever copies the file alone would copy little. */
  close(): void {
    this.#statements.clear()
    try {
      this.#raw.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      // Another process writes at this moment; the log stays, and nothing is lost.
      if (!isBusy(error)) throw error
    }
    this.#raw.close()
  }

  #prepare(sql: string) {
    const known = this.#statements.get(sql)
    if (known) return known
    if (this.#statements.size >= cacheSize) {
      const oldest = this.#statements.keys().next().value
      if (oldest !== undefined) this.#statements.delete(oldest)
    }
    const entry = {
      statement: this.#raw.prepare(sql),
      reads: /^\s*(select|with|pragma|explain)\b/i.test(sql) || /\breturning\b/i.test(sql),
    }
    this.#statements.set(sql, entry)
    return entry
  }
}

function openRaw(file: string): { driver: string; raw: RawDatabase } {
  const builtIn = process.getBuiltinModule?.('node:sqlite') as
    | { DatabaseSync: new (file: string) => RawDatabase }
    | undefined
  if (builtIn) return { driver: 'node:sqlite', raw: new builtIn.DatabaseSync(file) }
  const Libsql = require('libsql') as new (file: string) => RawDatabase
  return { driver: 'libsql', raw: new Libsql(file) }
}

/** Whether another process holds the lock that this statement needs. */
export function isBusy(error: unknown): boolean {
  const e = error as { code?: string; errcode?: number; message?: string }
  return (
    e.code === 'SQLITE_BUSY' || (e.code === 'ERR_SQLITE_ERROR' && e.errcode === 5) || e.message === 'database is locked'
  )
}

/** Kysely over one connection: a transaction holds it alone, everybody else waits in line. */
export class SqliteDialect implements Dialect {
  readonly #connection: SqliteConnection

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  createAdapter = () => new SqliteAdapter()
  createQueryCompiler = () => new SqliteQueryCompiler()
  createIntrospector = (...[db]: Parameters<Dialect['createIntrospector']>) => new SqliteIntrospector(db)
  createDriver = (): Driver => new SingleConnectionDriver(this.#connection)
}

class SingleConnectionDriver implements Driver {
  readonly #sqlite: SqliteConnection
  readonly #connection: DatabaseConnection
  #last: Promise<void> = Promise.resolve()
  #release: (() => void)[] = []

  constructor(sqlite: SqliteConnection) {
    this.#sqlite = sqlite
    this.#connection = new Connection(sqlite)
  }

  async init() {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last
    let release = () => {}
    this.#last = new Promise((resolve) => {
      release = resolve
    })
    await before
    this.#release.push(release)
    return this.#connection
  }

  /** Immediate: two processes on one file must queue for the write lock, not fail when they upgrade to it. */
  async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async releaseConnection() {
    this.#release.shift()?.()
  }

  async destroy() {
    this.#sqlite.close()
  }
}

class Connection implements DatabaseConnection {
  readonly #sqlite: SqliteConnection

  constructor(sqlite: SqliteConnection) {
    this.#sqlite = sqlite
  }

  /**
   * Another process may hold the write lock. SQLite's own waiting would stop this whole program meanwhile, so the
   * waiting is done here. Inside a transaction the lock is ours and nothing waits.
   */
  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    for (const until = performance.now() + lockWaitMs; ; ) {
      try {
        if (this.#sqlite.reads(sql)) return { rows: this.#sqlite.all<Row>(sql, parameters) }
        return { rows: [], numAffectedRows: BigInt(this.#sqlite.run(sql, parameters)) }
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error
        await new Promise((resolve) => setTimeout(resolve, 2 + Math.random() * 20))
      }
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a stream; nothing here reads one.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('SQLite results are not streamed')
  }
}
