import type { Engine } from '../platform/db/transaction.ts'

const sleepers = new WeakMap<Engine, Set<() => void>>()

/** Tells this process's senders on the same database that there may be something to send. Call it after the commit. */
export function wakeSender(engine: Engine): void {
  for (const wake of sleepers.get(engine) ?? []) wake()
}

export function onWakeSender(engine: Engine, wake: () => void): () => void {
  const all = sleepers.get(engine) ?? new Set()
  sleepers.set(engine, all)
  all.add(wake)
  return () => all.delete(wake)
}
