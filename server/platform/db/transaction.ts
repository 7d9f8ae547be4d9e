import { CompiledQuery } from 'kysely'
import type { Db } from '../../data/tables.ts'
import { appendChanges, type NewChange } from './changes.ts'
import { isBusy, type SqliteConnection } from './sqlite.ts'

/** Which engine a statement is for. SQL that differs between the two lives in this folder only. */
export type Engine =
  | { name: 'sqlite'; native: SqliteConnection; version: string }
  | { name: 'mysql'; version: string; collation: string }

export interface Tx {
  q: Db
  engine: Engine
  /** Runs once the commit is durable: sockets, wake-ups, network. Never before, and not at all after a rollback. */
  afterCommit(effect: () => void): void
  /**
   * Runs right before the commit, after everything else was written: for rows whose numbers are taken under a lock that
   * all transactions share, so that it is held for a moment only and always taken in the same order.
   */
  beforeCommit(work: () => Promise<void>): void
  /** Notes a change for the live stream. It gets its number as the last thing before the commit. */
  change(change: NewChange): void
}

const attempts = 6
const committedListeners = new WeakMap<Db, Set<(lastSeq: number) => void>>()

/** Calls `listener` with the newest change number after each commit on this pool that recorded changes. */
export function onChangesCommitted(q: Db, listener: (lastSeq: number) => void): () => void {
  const listeners = committedListeners.get(q) ?? new Set()
  committedListeners.set(q, listeners)
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export async function runTransaction<T>(q: Db, engine: Engine, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(q, engine, work)
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
    }
  }
}

async function runOnce<T>(q: Db, engine: Engine, work: (tx: Tx) => Promise<T>): Promise<T> {
  const effects: (() => void)[] = []
  const lastWrites: (() => Promise<void>)[] = []
  const changes: NewChange[] = []
  let lastSeq = 0
  const result = await q.transaction().execute(async (trx) => {
    const tx: Tx = {
      q: trx,
      engine,
      afterCommit: (effect) => effects.push(effect),
      beforeCommit: (write) => lastWrites.push(write),
      change: (change) => changes.push(change),
    }
    const value = await work(tx)
    for (const write of lastWrites) await write()
    if (changes.length > 0) lastSeq = await appendChanges(tx, changes)
    return value
  })
  for (const effect of effects) effect()
  if (lastSeq > 0) for (const listener of committedListeners.get(q) ?? []) listener(lastSeq)
  return result
}

/**
 * Runs `work` so that its failure undoes only itself: a savepoint inside the transaction. What it noted for after the
 * commit is dropped with it.
 */
export async function isolated<T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const effects: (() => void)[] = []
  const lastWrites: (() => Promise<void>)[] = []
  const changes: NewChange[] = []
  await tx.q.executeQuery(CompiledQuery.raw('savepoint isolated'))
  try {
    const value = await work({
      ...tx,
      afterCommit: (effect) => effects.push(effect),
      beforeCommit: (write) => lastWrites.push(write),
      change: (change) => changes.push(change),
    })
    await tx.q.executeQuery(CompiledQuery.raw('release savepoint isolated'))
    for (const effect of effects) tx.afterCommit(effect)
    for (const write of lastWrites) tx.beforeCommit(write)
    for (const change of changes) tx.change(change)
    return value
  } catch (error) {
    if (!isRetryable(error)) await tx.q.executeQuery(CompiledQuery.raw('rollback to savepoint isolated'))
    throw error
  }
}

const mysqlDeadlock = 1213
const mysqlLockWait = 1205

/** Whether the engine rolled back for reasons of timing, so that the same work may simply be done again. */
export function isRetryable(error: unknown): boolean {
  const { errno } = error as { errno?: number }
  if (errno === mysqlDeadlock || errno === mysqlLockWait) return true
  return isBusy(error)
}

/**
 * Whether the engine refused the data itself (too long, wrong type, broken check), so that the same statement can
 * never succeed. Compares errno: mysql2 gives some of these a wrong name (performance.md 2.3).
 */
export function isDataError(error: unknown): boolean {
  const e = error as { errno?: number; code?: string; errcode?: number; message?: string }
  const mysql = [1048, 1062, 1264, 1292, 1366, 1406, 1452, 3140, 3819, 4025, 1265]
  if (e.errno !== undefined && mysql.includes(e.errno)) return true
  if (e.code?.startsWith('SQLITE_CONSTRAINT') || e.code === 'SQLITE_MISMATCH' || e.code === 'SQLITE_TOOBIG') return true
  return e.code === 'ERR_SQLITE_ERROR' && [18, 19, 20].includes((e.errcode ?? 0) & 0xff)
}
