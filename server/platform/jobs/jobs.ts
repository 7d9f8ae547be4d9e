import type { Database } from '../db/open.ts'
import { upsertAll } from '../db/rows.ts'
import { databaseNow, dbTime } from '../db/time.ts'
import type { Tx } from '../db/transaction.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../log.ts'
import { createJobWorker } from './worker.ts'

export interface NewJob {
  kind: string
  /** Anything JSON holds. The kind's handler parses it. */
  payload: unknown
  /** Milliseconds from now, by the database's clock; the job is not started before. */
  delayMs?: number
  /**
   * At most one waiting job has this key: a second request is folded into the first, with the newer payload. A request
   * that arrives while the job runs makes it run once more afterwards, so no request is ever answered by older data.
   */
  dedupeKey?: string
}

export interface RunningJob {
  id: string
  payload: unknown
  /** 1 at the first try. */
  attempt: number
  /** Aborted when the lease was lost or the program stops: give up soon, the job comes back. */
  signal: AbortSignal
}

/** Comes back later without counting as a failure. */
export interface Again {
  againInMs: number
}

/** Runs outside any transaction; throwing means: try again later. It must bear being run twice. */
export type RunJob = (job: RunningJob) => Promise<Again | undefined> | Promise<void>

export interface JobOptions {
  /** Runs by itself this often (milliseconds after the last run ended), in one process at a time. */
  every?: number
  /** Then it is kept as failed with its last error. Default 8; recurring jobs never give up. */
  maxAttempts?: number
  /** How long a dead process keeps it from others. Renewed while the handler runs. Default 60 s. */
  leaseMs?: number
  /** First wait after a failure; doubles with each, with jitter, up to ten minutes. Default 1 s. */
  backoffMs?: number
}

/** Work that outlives the request: written in the transaction of its cause, run by whichever process claims it. */
export interface Jobs {
  /** Adds a job in the caller's transaction; the worker here is woken after the commit, those elsewhere look each second. */
  enqueue(tx: Tx, job: NewJob): Promise<void>
  /** Names who does a kind of job. Before `start`; kinds not registered here are left for other processes. */
  register(kind: string, handler: RunJob, options?: JobOptions): void
  start(): Promise<void>
  /** Takes no more and waits for what runs, at most ten seconds. */
  stop(): Promise<void>
}

export interface JobSettings {
  pollMs?: number
  concurrency?: number
  stopMs?: number
}

export function createJobs(db: Database, log: Logger, settings: JobSettings = {}): Jobs {
  const worker = createJobWorker(db, log, { pollMs: 1000, concurrency: 4, stopMs: 10_000, ...settings })
  return {
    async enqueue(tx, job) {
      await insertJob(tx, job)
      tx.afterCommit(worker.wake)
    },
    register: worker.register,
    start: worker.start,
    stop: worker.stop,
  }
}

async function insertJob(tx: Tx, job: NewJob): Promise<void> {
  const at = job.delayMs ? { run_at: dbTime((await databaseNow(tx.q, tx.engine)) + job.delayMs) } : {}
  await upsertAll(
    tx,
    'jobs',
    [
      {
        id: newId(),
        kind: job.kind,
        payload_json: JSON.stringify(job.payload),
        dedupe_key: job.dedupeKey ?? null,
        ...at,
      },
    ],
    ['dedupe_key'],
    [
      'payload_json',
      ['requests', 'requests + 1'],
      // Sooner counts, but not past the wait after a failure.
      ['run_at', 'case when attempts = 0 and new(run_at) < run_at then new(run_at) else run_at end'],
    ],
  )
}
