import type { Database } from '../db/open.ts'
import { newId } from '../ids.ts'
import type { Logger } from '../log.ts'
import type { Again, JobOptions, JobSettings, RunJob } from './jobs.ts'
import {
  anyDue,
  type Claimed,
  claimJobs,
  ensureRecurring,
  finishJob,
  postponeJob,
  renewLease,
  sweepFinishedJobs,
} from './queries.ts'

interface Kind {
  handler: RunJob
  every: number | null
  maxAttempts: number
  leaseMs: number
  backoffMs: number
}

const longestWaitMs = 600_000

/** Between half and all of the doubled wait, so that jobs that failed together do not come back together. */
function backoff(kind: Kind, attempt: number): number {
  const whole = Math.min(longestWaitMs, kind.backoffMs * 2 ** Math.min(attempt - 1, 20))
  return whole * (0.5 + Math.random() / 2)
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 1000)

/** Claims and runs jobs in this process. */
export function createJobWorker(db: Database, log: Logger, settings: Required<JobSettings>) {
  const owner = newId()
  const kinds = new Map<string, Kind>()
  const running = new Map<Promise<void>, AbortController>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let lookAgain = false
  let stopped = true

  const register = (kind: string, handler: RunJob, options: JobOptions = {}) => {
    if (kinds.has(kind)) throw new Error(`The job kind ${kind} is registered twice.`)
    const { every = null, maxAttempts = 8, leaseMs = 60_000, backoffMs = 1000 } = options
    kinds.set(kind, { handler, every, maxAttempts, leaseMs, backoffMs })
  }

  async function settle(job: Claimed, kind: Kind, outcome: { error: string } | { againInMs: number } | null) {
    if (outcome && 'againInMs' in outcome) {
      return postponeJob(db, owner, job, { delayMs: outcome.againInMs, attempts: 0, error: null })
    }
    const error = outcome?.error ?? null
    if (kind.every !== null) {
      const delayMs = error === null ? kind.every : Math.min(kind.every, backoff(kind, job.attempt))
      return postponeJob(db, owner, job, { delayMs, attempts: error === null ? 0 : job.attempt, error })
    }
    if (error === null || job.attempt >= kind.maxAttempts) return finishJob(db, owner, job, error)
    return postponeJob(db, owner, job, { delayMs: backoff(kind, job.attempt), attempts: job.attempt, error })
  }

  async function attempt(job: Claimed, kind: Kind, signal: AbortSignal) {
    // Claimed past its tries: earlier ones ended with their process.
    if (kind.every === null && job.attempt > kind.maxAttempts) {
      return { error: job.lastError ?? 'The process ended each time before the job did.' }
    }
    try {
      const payload: unknown = JSON.parse(job.payload)
      const answer: Promise<unknown> = kind.handler({ id: job.id, payload, attempt: job.attempt, signal })
      return ((await answer) as Again | undefined) ?? null
    } catch (error) {
      log.warn({ err: error, job: job.id, kind: job.kind, attempt: job.attempt }, 'job failed')
      return { error: wordsOf(error) }
    }
  }

  async function run(job: Claimed, kind: Kind, abort: AbortController) {
    const renewal = setInterval(() => {
      renewLease(db, owner, job, kind.leaseMs).then(
        (kept) => kept || abort.abort(),
        () => {},
      )
    }, kind.leaseMs / 3)
    try {
      const outcome = await attempt(job, kind, abort.signal)
      await settle(job, kind, outcome)
    } catch (error) {
      // Not settled: the lease runs out and the job is claimed again.
      log.warn({ err: error, job: job.id, kind: job.kind }, 'job not settled')
    } finally {
      clearInterval(renewal)
    }
  }

  function launch(job: Claimed) {
    const kind = kinds.get(job.kind)
    if (!kind) return
    const abort = new AbortController()
    const work = run(job, kind, abort).finally(() => {
      running.delete(work)
      wake()
    })
    running.set(work, abort)
  }

  async function look() {
    do {
      lookAgain = false
      const free = settings.concurrency - running.size
      const names = [...kinds.keys()]
      if (stopped || free <= 0 || names.length === 0) return
      if (!(await anyDue(db.q, db.engine, names))) continue
      const leaseOf = (kind: string) => kinds.get(kind)?.leaseMs ?? 60_000
      const claimed = await claimJobs(db, { owner, kinds: names, limit: free, leaseOf })
      for (const job of claimed) launch(job)
    } while (lookAgain)
  }

  function wake() {
    lookAgain = true
    if (stopped || looking) return
    looking = look()
      .catch((error) => log.warn({ err: error }, 'jobs cannot be read'))
      .finally(() => {
        looking = null
        // Woken between the last look and here.
        if (lookAgain && running.size < settings.concurrency) setImmediate(wake)
      })
  }

  async function start() {
    if (!kinds.has('jobs.sweep')) {
      register('jobs.sweep', async () => void (await sweepFinishedJobs(db)), { every: 600_000 })
    }
    await ensureRecurring(
      db,
      [...kinds].filter(([, kind]) => kind.every !== null).map(([name]) => name),
    )
    stopped = false
    timer = setInterval(wake, settings.pollMs)
    wake()
  }

  async function stop() {
    stopped = true
    clearInterval(timer)
    await looking
    if (running.size === 0) return
    const give = setTimeout(() => {
      for (const abort of running.values()) abort.abort()
    }, settings.stopMs * 0.8)
    let late: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      late = setTimeout(resolve, settings.stopMs)
    })
    await Promise.race([Promise.all(running.keys()), deadline])
    clearTimeout(give)
    clearTimeout(late)
  }

  return { register, wake, start, stop }
}
