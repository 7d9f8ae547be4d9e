import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from './ctx.ts'
import { pendingMigrations } from './platform/db/migrate.ts'
import { nextNumbers } from './platform/db/rows.ts'
import { forbidden } from './platform/errors.ts'
import type { Authenticate } from './platform/http/server.ts'

/** What is not ready, in plain names: no versions, no hosts (RUN-5). */
export type Unready = 'database' | 'migrations' | 'ingest' | 'stopping'

export interface Readiness {
  /** From now on the answer is 503, so that whoever spreads the load looks elsewhere before the sockets close (RUN-1). */
  stopping(): void
}

const probeTimeoutMs = 2000
/** However often it is asked, the database is written to at most this often. */
const freshMs = 1000
/** Deliveries waiting for their commit; the intake itself refuses at 5,000. */
const backlogLimit = 2500

/**
 * `/health/live`: the process answers, nothing else is asked. `/health/ready`: it can do its work. `/metrics`: figures
 * for Prometheus, for this machine and for people who may see the machine room.
 */
export function registerHealth(
  app: FastifyInstance,
  ctx: Ctx,
  ingest: { backlog(): number },
  authenticate: Authenticate,
): Readiness {
  const readiness = createReadiness(ctx, () => ingest.backlog())
  const hidden = { schema: { hide: true } as never }
  app.get('/health/live', hidden, async () => ({ status: 'ok' }))
  app.get('/health/ready', hidden, async (_request, reply) => {
    const notReady = await readiness.check()
    return reply
      .status(notReady.length === 0 ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: notReady.length === 0 ? 'ready' : 'not_ready', notReady })
  })
  app.get('/metrics', hidden, async (request, reply) => {
    if (!isThisMachine(request) && !(await authenticate(request))?.permissions.has('developer:view')) throw forbidden()
    const { registry } = ctx.metrics
    return reply.type(registry.contentType).send(await registry.metrics())
  })
  return { stopping: readiness.stopping }
}

function createReadiness(ctx: Ctx, backlog: () => number) {
  let migrated = false
  let stopping = false
  let probed: { at: number; failed: Unready[] } | null = null
  let probing: Promise<Unready[]> | null = null

  async function probe(): Promise<Unready[]> {
    try {
      await ctx.db.transaction((tx) => nextNumbers(tx, 'health', 1))
      // Once complete it stays so: only a newer program adds steps.
      migrated ||= (await pendingMigrations(ctx.db)).length === 0
      return migrated ? [] : ['migrations']
    } catch (error) {
      ctx.log.warn({ err: error }, 'the database is not ready')
      return ['database']
    }
  }

  /** One probe for all who ask at once; a database that hangs counts as away, and is not asked again meanwhile. */
  async function database(): Promise<Unready[]> {
    if (probed && performance.now() - probed.at < freshMs) return probed.failed
    probing ??= probe().then((failed) => {
      probed = { at: performance.now(), failed }
      probing = null
      return failed
    })
    return within(probeTimeoutMs, probing, ['database'])
  }

  return {
    stopping: () => {
      stopping = true
    },
    async check(): Promise<Unready[]> {
      if (stopping) return ['stopping']
      const failed = await database()
      return backlog() >= backlogLimit ? [...failed, 'ingest'] : failed
    },
  }
}

function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * Asked from this machine itself. A proxy on it asks for others, and says so by a forwarding header; one that does not
 * must keep /metrics to itself (docs/self-hosting).
 */
function isThisMachine(request: FastifyRequest): boolean {
  const forwarded = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'].some(
    (name) => name in request.headers,
  )
  const address = request.socket.remoteAddress ?? ''
  return !forwarded && (address === '::1' || /^(::ffff:)?127\./.test(address))
}
