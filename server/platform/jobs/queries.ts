import type { Db } from '../../data/tables.ts'
import { lockFree } from '../db/claim.ts'
import type { Database } from '../db/open.ts'
import { insertNew } from '../db/rows.ts'
import { databaseNow, dbTime, nowOf } from '../db/time.ts'
import type { Engine } from '../db/transaction.ts'
import { newId } from '../ids.ts'

/** A job this process holds: everything written about it later names the holder and the attempt, or has no effect. */
export interface Claimed {
  id: string
  kind: string
  payload: string
  attempt: number
  /** Requests folded into this run. */
  requests: number
  lastError: string | null
}

/** Whether anything is due: one cheap read, so that idle processes write nothing. */
export async function anyDue(q: Db, engine: Engine, kinds: readonly string[]): Promise<boolean> {
  return (await dueJobs(q, engine, kinds).select('id').limit(1).execute()).length > 0
}

const dueJobs = (q: Db, engine: Engine, kinds: readonly string[]) =>
  q
    .selectFrom('jobs')
    .where('done_at', 'is', null)
    .where('run_at', '<=', nowOf(engine))
    .where('kind', 'in', kinds)
    .where((e) => e.or([e('locked_until', 'is', null), e('locked_until', '<', nowOf(engine))]))

/** Takes up to `limit` due jobs for `owner`, the longest due first. */
export function claimJobs(
  db: Database,
  {
    owner,
    kinds,
    limit,
    leaseOf,
  }: { owner: string; kinds: readonly string[]; limit: number; leaseOf: (kind: string) => number },
): Promise<Claimed[]> {
  return db.transaction(async (tx) => {
    const due = dueJobs(tx.q, tx.engine, kinds)
      .select(['id', 'kind', 'payload_json', 'attempts', 'requests', 'last_error'])
      .orderBy('run_at')
      .orderBy('id')
      .limit(limit)
    const rows = await lockFree(tx, due).execute()
    if (rows.length === 0) return []
    const now = await databaseNow(tx.q, tx.engine)
    for (const row of rows) {
      await tx.q
        .updateTable('jobs')
        .set({ locked_by: owner, locked_until: dbTime(now + leaseOf(row.kind)), attempts: row.attempts + 1 })
        .where('id', '=', row.id)
        .execute()
    }
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      payload: row.payload_json,
      attempt: row.attempts + 1,
      requests: row.requests,
      lastError: row.last_error,
    }))
  })
}

const held = (db: Database, owner: string, job: Claimed) =>
  db.q.updateTable('jobs').where('id', '=', job.id).where('locked_by', '=', owner).where('attempts', '=', job.attempt)

/** Keeps the lease for another `leaseMs`; false when it was lost. */
export async function renewLease(db: Database, owner: string, job: Claimed, leaseMs: number): Promise<boolean> {
  const until = dbTime((await databaseNow(db.q, db.engine)) + leaseMs)
  const [result] = await held(db, owner, job).set({ locked_until: until }).execute()
  return Number(result?.numUpdatedRows) > 0
}

/** Ends a job for good: without an error as done, with one as failed. */
export async function finishJob(db: Database, owner: string, job: Claimed, error: string | null): Promise<void> {
  const released = { locked_by: null, locked_until: null }
  const done = { ...released, done_at: nowOf(db.engine), dedupe_key: null, last_error: error }
  const [result] = await held(db, owner, job).where('requests', '=', job.requests).set(done).execute()
  if (Number(result?.numUpdatedRows) > 0) return
  // Asked for again while it ran: what it read may be older than that request.
  await held(db, owner, job)
    .set({ ...released, attempts: 0, run_at: nowOf(db.engine), last_error: error })
    .execute()
}

/** Lets go of a job until `delayMs` from now. */
export async function postponeJob(
  db: Database,
  owner: string,
  job: Claimed,
  { delayMs, attempts, error }: { delayMs: number; attempts: number; error: string | null },
): Promise<void> {
  const runAt = dbTime((await databaseNow(db.q, db.engine)) + delayMs)
  await held(db, owner, job)
    .set({ locked_by: null, locked_until: null, run_at: runAt, attempts, last_error: error })
    .execute()
}

/** The one row of each recurring kind. */
export async function ensureRecurring(db: Database, kinds: readonly string[]): Promise<void> {
  await db.transaction(async (tx) => {
    await insertNew(
      tx,
      'jobs',
      kinds.map((kind) => ({ id: newId(), kind, payload_json: 'null', dedupe_key: `every:${kind}` })),
    )
  })
}

const sweepStep = 500

/** Removes what ended long ago, in small steps: done jobs after a day, failed ones after thirty. Returns how many went. */
export async function sweepFinishedJobs(db: Database): Promise<number> {
  const now = await databaseNow(db.q, db.engine)
  const [day, month] = [dbTime(now - 86_400_000), dbTime(now - 30 * 86_400_000)]
  for (let swept = 0; ; ) {
    const old = await db.q
      .selectFrom('jobs')
      .select('id')
      .where('done_at', '<', day)
      .where((e) => e.or([e('last_error', 'is', null), e('done_at', '<', month)]))
      .limit(sweepStep)
      .execute()
    if (old.length > 0) {
      await db.q
        .deleteFrom('jobs')
        .where(
          'id',
          'in',
          old.map((row) => row.id),
        )
        .execute()
    }
    swept += old.length
    if (old.length < sweepStep) return swept
  }
}
