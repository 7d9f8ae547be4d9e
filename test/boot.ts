import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, type AppOptions, buildApp } from '../server/app.ts'
import { type Config, loadConfig } from '../server/config.ts'
import { dbTime } from '../server/platform/db/time.ts'
import { createLog, type Logger } from '../server/platform/log.ts'
import { testDatabaseUrl } from './database.ts'
import { instagramId, metaBytes, pageId, sign, testSecret, verifyToken } from './meta-payloads.ts'

/** A clock that stands still until a test moves it. */
export function fixedClock(start: number) {
  let now = start
  return {
    now: () => now,
    advance: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

export interface TestApp extends App {
  config: Config
  /** Posts a signed webhook as Meta does; answers the status. */
  deliver(payload: unknown): Promise<number>
  deliverBytes(body: Buffer, headers?: Record<string, string>): Promise<{ status: number; body: string }>
  /** Error lines the program logged; a test that expects some empties it. */
  errors: string[]
  close(): Promise<void>
}

export interface BootOptions extends AppOptions {
  env?: Record<string, string>
  /** An existing database, for a second process on it. */
  databaseUrl?: string
  /** Start workers and listen on a free port. */
  start?: boolean
}

/** The whole program on a fresh database of the engine under test. */
export async function bootTestApp(options: BootOptions = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-test-'))
  const database = options.databaseUrl ? null : await testDatabaseUrl()
  const config = loadConfig({
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: options.databaseUrl ?? database?.url,
    SANDBOX: 'off',
    META_APP_ID: '987650001112223',
    META_APP_SECRET: testSecret,
    META_VERIFY_TOKEN: verifyToken,
    META_GRAPH_URL: 'http://127.0.0.1:9/facebook',
    META_INSTAGRAM_GRAPH_URL: 'http://127.0.0.1:9/instagram',
    LOG_LEVEL: 'error',
    ENCRYPTION_KEY: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    ...options.env,
  })
  const errors: string[] = []
  const app = await buildApp(config, { ...options, log: options.log ?? collectingLog(errors) })
  if (options.start) await app.start()
  const deliverBytes: TestApp['deliverBytes'] = async (body, headers = {}) => {
    const answer = await app.http.inject({
      method: 'POST',
      url: '/webhooks/meta',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body), ...headers },
      payload: body,
    })
    return { status: answer.statusCode, body: answer.body }
  }
  return {
    ...app,
    config,
    errors,
    deliverBytes,
    deliver: async (payload) => (await deliverBytes(metaBytes(payload))).status,
    close: async () => {
      await app.stop()
      await database?.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function collectingLog(errors: string[]): Logger {
  const log = createLog('error')
  const collect = (...line: unknown[]) => {
    errors.push(
      line.map((part) => (part instanceof Object ? JSON.stringify(part, errorToText) : String(part))).join(' '),
    )
  }
  const collecting = {
    ...log,
    level: 'error',
    error: collect,
    fatal: collect,
    warn: () => {},
    info: () => {},
    debug: () => {},
    trace: () => {},
    silent: () => {},
  }
  return Object.assign(collecting, { child: () => collecting }) as unknown as Logger
}

const errorToText = (_key: string, value: unknown) => (value instanceof Error ? (value.stack ?? value.message) : value)

/** A page and an Instagram account, connected by an admin who never signs in. */
export async function connectTestChannels(app: Pick<TestApp, 'ctx'>): Promise<void> {
  const { q } = app.ctx.db
  const owner = '00000000-0000-7000-8000-00000000000a'
  await q
    .insertInto('users')
    .values({ id: owner, name: 'Owner', password_hash: 'none', role: 'admin', created_at: dbTime(0) })
    .execute()
  await q
    .insertInto('facebook_pages')
    .values({
      id: '00000000-0000-7000-8000-0000000000f0',
      user_id: owner,
      page_id: pageId,
      page_name: 'Nordlys Interiors',
      access_token: 'none',
    })
    .execute()
  await q
    .insertInto('instagram_accounts')
    .values({
      id: '00000000-0000-7000-8000-0000000000e0',
      user_id: owner,
      page_id: instagramId,
      username: 'nordlys.interiors',
      access_token: 'none',
    })
    .execute()
}

/** Agents who are eligible, in the order of the rotation. */
export async function addAgents(app: TestApp, count: number): Promise<string[]> {
  const { q } = app.ctx.db
  const position = await q
    .selectFrom('positions')
    .select('id')
    .where('slug', '=', 'agent-messaging')
    .executeTakeFirstOrThrow()
  const rows = Array.from({ length: count }, (_, i) => ({
    id: `00000000-0000-7000-8000-${String(100 + i).padStart(12, '0')}`,
    name: `Agent ${i + 1}`,
    password_hash: 'none',
    role: 'agent' as const,
    position_id: position.id,
    created_at: dbTime(1_000_000 + i),
  }))
  if (rows.length > 0) await q.insertInto('users').values(rows).execute()
  return rows.map((r) => r.id)
}
