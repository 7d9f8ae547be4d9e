import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { routes } from './api.ts'
import { authenticate } from './auth/authenticate.ts'
import { registerLetters } from './auth/letters.ts'
import { registerResetRequests } from './auth/reset-password.ts'
import { registerAuthSweep } from './auth/sweep.ts'
import { sealLegacyTokens } from './channels/seal-legacy-tokens.ts'
import { chatChanges } from './chats/live.ts'
import type { Config } from './config.ts'
import { registerProfileJob } from './contacts/refresh-profile.ts'
import type { Ctx } from './ctx.ts'
import { registerHealth } from './health.ts'
import { createSender } from './messages/sender.ts'
import { createGraph } from './meta/graph.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { assertKeys, loadKeys } from './platform/crypto/keys.ts'
import { createSealer } from './platform/crypto/seal.ts'
import { migrate } from './platform/db/migrate.ts'
import { type OpenOptions, openDatabase } from './platform/db/open.ts'
import { createHttpServer, registerRoutes } from './platform/http/server.ts'
import { createJobs } from './platform/jobs/jobs.ts'
import { createLog, type Logger } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { registerChangeSweep } from './platform/realtime/changes.ts'
import { createLive } from './platform/realtime/create-live.ts'
import { seedSystemPositions } from './team/system-positions.ts'
import { registerWebClient } from './web-client.ts'
import { createIngest } from './webhooks/ingest.ts'
import { registerWebhooks } from './webhooks/receive.ts'
import { registerReplayJob } from './webhooks/replay-job.ts'
import { registerEventKeySweep } from './webhooks/sweep-event-keys.ts'

export type ServerRole = 'web' | 'worker' | 'all'

export interface App {
  ctx: Ctx
  http: FastifyInstance
  /** Starts the workers and, unless the role is worker, listens. Returns the address. */
  start(): Promise<string>
  /** Finishes what is under way and lets go of everything: at most about ten seconds (RUN-1). */
  stop(): Promise<void>
}

export interface AppOptions {
  role?: ServerRole
  clock?: Clock
  log?: Logger
  database?: OpenOptions
}

/** The composition root: opens and migrates the database, makes `ctx`, and registers every route. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<App> {
  const role = options.role ?? 'all'
  const log = options.log ?? createLog(config.logLevel)
  const clock = options.clock ?? systemClock
  mkdirSync(config.dataDir, { recursive: true })
  const db = await openDatabase(config.databaseUrl, options.database)
  try {
    await migrate(db)
    const sealer = createSealer(loadKeys(config))
    await assertKeys(db, sealer)
    await sealLegacyTokens(db, sealer, log)
    await seedSystemPositions(db)
    const metrics = createMetrics()
    const jobs = createJobs(db, log)
    const live = createLive({ db, config, log, metrics, clock }, chatChanges)
    const graph = createGraph(config.meta, { log, metrics })
    const ctx: Ctx = { db, config, clock, log, graph, sealer, jobs, live, metrics }
    const ingest = createIngest(ctx)
    const sender = createSender(ctx)
    registerLetters(ctx)
    registerResetRequests(ctx)
    registerAuthSweep(ctx)
    registerProfileJob(ctx)
    registerReplayJob(ctx)
    registerChangeSweep(ctx)
    registerEventKeySweep(ctx)
    const http = await createHttpServer(config, log)
    const signedIn = authenticate(ctx)
    await registerWebhooks(http, ctx, ingest)
    const readiness = registerHealth(http, ctx, ingest, signedIn)
    await live.register(http, signedIn)
    await registerRoutes(http, ctx, routes, signedIn)
    await registerWebClient(http)
    return {
      ctx,
      http,
      start: async () => {
        await live.start()
        if (role !== 'web') {
          await jobs.start()
          sender.start()
        }
        if (role === 'worker') return ''
        await http.listen({ port: config.port, host: config.host })
        return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${(http.server.address() as AddressInfo).port}`
      },
      stop: async () => {
        readiness.stopping()
        await live.stop()
        await http.close()
        await ingest.stop()
        await sender.stop()
        await jobs.stop()
        graph.close()
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}
