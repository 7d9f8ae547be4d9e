import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { findProgram } from '../scripts/setup.mjs'

export type TestEngine = 'sqlite' | 'mysql'

/** The engine of this run, by `TEST_ENGINE`: `sqlite` unless it says `mysql`. */
export const testEngine: TestEngine = process.env.TEST_ENGINE === 'mysql' ? 'mysql' : 'sqlite'

/** True when tests on MariaDB can run here: a server was given by `TEST_MYSQL_URL`, or its program is installed. */
export function mariadbAvailable(): boolean {
  return Boolean(process.env.TEST_MYSQL_URL || findProgram('mariadbd'))
}

export type TestDatabase = {
  /** For `DATABASE_URL`. */
  url: string
  drop(): Promise<void>
}

/** An empty database for one test file: a SQLite file in a temporary folder, or a new schema on the run's MariaDB. */
export async function testDatabaseUrl({ engine = testEngine }: { engine?: TestEngine } = {}): Promise<TestDatabase> {
  return engine === 'mysql' ? createSchema() : createFile()
}

function createFile(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-test-'))
  return {
    url: `sqlite:${join(folder, 'ticklegram.db')}`,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function createSchema(): Promise<TestDatabase> {
  const server = process.env.TEST_MYSQL_URL
  if (!server) throw new Error('No MariaDB in this run: start it with TEST_ENGINE=mysql, or set TEST_MYSQL_URL')
  const schema = `t_${randomBytes(6).toString('hex')}`
  await execute(server, `create database ${schema} character set utf8mb4 collate utf8mb4_unicode_ci`)
  const url = new URL(server)
  url.pathname = `/${schema}`
  return { url: url.href, drop: () => execute(server, `drop database if exists ${schema}`) }
}

async function execute(server: string, statement: string): Promise<void> {
  const url = new URL(server)
  const socketPath = url.searchParams.get('socketPath')
  const connection = await mysql.createConnection({
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(socketPath ? { socketPath } : { host: url.hostname, port: Number(url.port || 3306) }),
  })
  try {
    await connection.query(statement)
  } finally {
    await connection.end()
  }
}
