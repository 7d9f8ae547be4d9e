import { statfs } from 'node:fs/promises'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { mayBeOneEvent, type Outcome } from './outcome.ts'
import { type Delivery, openBody, storeDeliveries, storeOneByOne } from './store-deliveries.ts'

export interface Ingest {
  /** Resolves once the delivery and what its events did are committed. Rejects with 503 when it cannot be kept now. */
  accept(body: Buffer): Promise<void>
  backlog(): number
  /** Waits for what was accepted; nothing new is taken. */
  stop(): Promise<void>
}

interface Waiting {
  delivery: Delivery
  resolve: () => void
  reject: (error: unknown) => void
}

export interface IngestLimits {
  /** Deliveries waiting before Meta is asked to come back later (ING-10). */
  backlog: number
  backlogBytes: number
  /** Events per commit. */
  batchEvents: number
  freeDiskBytes: number
}

const defaults: IngestLimits = {
  backlog: 5000,
  backlogBytes: 64 * 1024 * 1024,
  batchEvents: 256,
  freeDiskBytes: 64 * 1024 * 1024,
}

/**
 * Group commit: deliveries that arrive while one transaction is under way share the next. Throughput follows the
 * disk's bandwidth and not its sync latency, and no 200 goes out before its commit (architecture section 3).
 */
export function createIngest(ctx: Ctx, limits: Partial<IngestLimits> = {}): Ingest {
  const limit = { ...defaults, ...limits }
  const disk = watchDisk(ctx.config.dataDir)
  let waiting: Waiting[] = []
  let bytes = 0
  let running: Promise<void> | null = null
  let stopped = false

  const takeBatch = (): Waiting[] => {
    let events = 0
    let count = 0
    while (
      count < waiting.length &&
      (count === 0 || events + (waiting[count]?.delivery.events.length ?? 0) <= limit.batchEvents)
    ) {
      events += waiting[count]?.delivery.events.length ?? 0
      count++
    }
    const batch = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return batch
  }

  const run = async () => {
    while (waiting.length > 0) {
      const batch = takeBatch()
      ctx.metrics.ingestBatch.observe(batch.length)
      await commit(ctx, batch)
      bytes -= batch.reduce((sum, w) => sum + w.delivery.body.length, 0)
      ctx.metrics.ingestBacklog.set(waiting.length)
      await gather()
    }
    running = null
  }

  return {
    accept: (body) => {
      if (stopped || waiting.length >= limit.backlog || bytes + body.length > limit.backlogBytes)
        return refuse(ctx, 'refused_busy', 'Too many deliveries are waiting.')
      if (disk.free() < limit.freeDiskBytes) return refuse(ctx, 'refused_busy', 'The disk is almost full.')
      const delivery = openBody(body, ctx.clock.now())
      return new Promise<void>((resolve, reject) => {
        waiting.push({ delivery, resolve, reject })
        bytes += body.length
        running ??= gather().then(run)
      })
    },
    backlog: () => waiting.length,
    stop: async () => {
      stopped = true
      disk.stop()
      await running
    },
  }
}

const turnsToGather = 16

/**
 * A few turns of the event loop, so that requests already sent come along. Node takes in one new connection a turn, and
 * SQLite's commit fills a whole turn: without these, a hundred newcomers would wait for a hundred commits.
 */
async function gather(): Promise<void> {
  for (let turn = 0; turn < turnsToGather; turn++) await new Promise<void>((next) => setImmediate(next))
}

function refuse(ctx: Ctx, outcome: string, message: string): Promise<never> {
  ctx.metrics.webhookDeliveries.inc({ outcome })
  return Promise.reject(new AppError('try_later', 503, message))
}

async function commit(ctx: Ctx, batch: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await ctx.db.transaction((tx) =>
      storeDeliveries(
        ctx,
        tx,
        batch.map((w) => w.delivery),
      ),
    )
    settle(ctx, batch, outcomes)
  } catch (error) {
    if (!mayBeOneEvent(error)) return fail(ctx, batch, error)
    ctx.log.warn(
      { err: error, deliveries: batch.length },
      'part of a batch cannot be applied; each delivery goes for itself',
    )
    for (const one of batch) await commitAlone(ctx, one)
  }
}

async function commitAlone(ctx: Ctx, one: Waiting): Promise<void> {
  try {
    settle(ctx, [one], await ctx.db.transaction((tx) => storeOneByOne(ctx, tx, one.delivery)))
  } catch (error) {
    fail(ctx, [one], error)
  }
}

function settle(ctx: Ctx, batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
  for (const { state } of outcomes) ctx.metrics.webhookEvents.inc({ outcome: state })
  ctx.metrics.webhookDeliveries.inc({ outcome: 'accepted' }, batch.length)
  for (const { resolve } of batch) resolve()
}

/** Nothing was kept, so nothing is acknowledged: Meta brings it again. */
function fail(ctx: Ctx, batch: readonly Waiting[], error: unknown): void {
  ctx.metrics.webhookDeliveries.inc({ outcome: 'failed' }, batch.length)
  ctx.log.error(
    { err: error, deliveries: batch.length },
    'webhook deliveries could not be stored; Meta will send them again',
  )
  const refusal = new AppError('try_later', 503, 'This delivery could not be stored now.')
  for (const { reject } of batch) reject(refusal)
}

function watchDisk(folder: string): { free(): number; stop(): void } {
  let free = Number.POSITIVE_INFINITY
  const look = () =>
    statfs(folder).then(
      (s) => {
        free = s.bavail * s.bsize
      },
      () => {
        free = Number.POSITIVE_INFINITY
      },
    )
  void look()
  const timer = setInterval(look, 2000)
  timer.unref()
  return { free: () => free, stop: () => clearInterval(timer) }
}
