import { AppError } from '../errors.ts'

/** Rows per table. */
export type RowCounts = Record<string, number>

export interface SnapshotToLoad {
  file: string
  /** What must be there afterwards, or the load has failed. */
  expected: RowCounts
  /** Take the place of a database that has tables already. */
  replace: boolean
}

export const refuseNotEmpty = () =>
  new AppError(
    'not_empty',
    409,
    'The database has tables already. Restore into an empty one, or say --force to replace what is there.',
  )

export const refuseInUse = () =>
  new AppError('in_use', 409, 'Another program has this database open. Stop Ticklegram first, then restore.')

/** @throws AppError `damaged_backup` when the counts differ */
export function compareCounts(expected: RowCounts, found: RowCounts): void {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort()
  const wrong = names.filter((name) => expected[name] !== found[name])
  if (wrong.length === 0) return
  const list = wrong.map((name) => `${name} has ${found[name] ?? 'no'} rows instead of ${expected[name] ?? 'none'}`)
  throw new AppError('damaged_backup', 500, `The backup is not whole: ${list.join('; ')}.`)
}
