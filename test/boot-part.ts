import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { authenticate } from '../server/auth/authenticate.ts'
import { type Config, loadConfig } from '../server/config.ts'
import type { Ctx } from '../server/ctx.ts'
import { createGraph } from '../server/meta/graph.ts'
import type { Clock } from '../server/platform/clock.ts'
import { systemClock } from '../server/platform/clock.ts'
import { createSealer } from '../server/platform/crypto/seal.ts'
import { migrate } from '../server/platform/db/migrate.ts'
import { openDatabase } from '../server/platform/db/open.ts'
import type { AnyRoute } from '../server/platform/http/route.ts'
import { createHttpServer, registerRoutes } from '../server/platform/http/server.ts'
import { createJobs } from '../server/platform/jobs/jobs.ts'
import { createLog, type Logger } from '../server/platform/log.ts'
import { createMetrics } from '../server/platform/metrics.ts'
import { testDatabaseUrl } from './database.ts'

export interface PartOptions {
  routes?: readonly AnyRoute[]
  env?: Record<string, string>
  clock?: Clock
  log?: Logger
  /** An existing database, for a second process on it. */
  databaseUrl?: string
  onQuery?: (sql: string) => void
}

export interface Part {
  ctx: Ctx
  config: Config
  http: FastifyInstance
  close(): Promise<void>
}

/** A few routes on a fresh database, without workers and sockets: for tests of one feature. */
export async function bootPart({
  routes = [],
  env = {},
  clock = systemClock,
  log = createLog('silent'),
  databaseUrl,
  onQuery,
}: PartOptions = {}): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-part-'))
  const database = databaseUrl ? null : await testDatabaseUrl()
  const config = loadConfig({ DATA_DIR: folder, DATABASE_URL: databaseUrl ?? database?.url, SANDBOX: 'on', ...env })
  const db = await openDatabase(config.databaseUrl, onQuery ? { onQuery } : {})
  await migrate(db)
  const metrics = createMetrics()
  const graph = createGraph(config.meta, { log, metrics })
  const sealer = createSealer([{ kid: 'testkey1', key: Buffer.alloc(32, 7) }])
  const ctx = { db, config, clock, log, graph, sealer, jobs: createJobs(db, log), metrics } as Ctx
  const http = await createHttpServer(config, log)
  const close = async () => {
    await http.close()
    graph.close()
    await db.close()
    await database?.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await registerRoutes(http, ctx, routes, authenticate(ctx))
  } catch (error) {
    await close()
    throw error
  }
  return { ctx, config, http, close }
}
