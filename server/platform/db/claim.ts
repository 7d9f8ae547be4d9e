import type { SelectQueryBuilder } from 'kysely'
import type { Tx } from './transaction.ts'

/**
 * Locks the selected rows until the commit and leaves out those that another transaction holds, so that workers do not
 * queue behind each other. SQLite has one writer, which has the lock already.
 */
export function lockFree<DB, TB extends keyof DB, O>(
  tx: Tx,
  query: SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  return tx.engine.name === 'sqlite' ? query : query.forUpdate().skipLocked()
}
