import type { ChatCounts } from '../../shared/chat.ts'
import type { Database } from '../platform/db/open.ts'
import { scopeOf, type Viewer } from './visibility.ts'

const keptFor = 1000
const mostKept = 1000
const kept = new WeakMap<Database, Map<string, { until: number; counts: Promise<ChatCounts> }>>()

/**
 * The counts of the last second where there are some: each change makes every open screen ask again. Kept per person
 * and scope, so that who may see less from now on is not told the old figures.
 */
export function recently(database: Database, viewer: Viewer, count: () => Promise<ChatCounts>): Promise<ChatCounts> {
  const known = kept.get(database) ?? new Map()
  kept.set(database, known)
  const key = JSON.stringify([viewer.userId, scopeOf(viewer)])
  const now = performance.now()
  const recent = known.get(key)
  if (recent && recent.until > now) return recent.counts
  if (known.size >= mostKept) known.clear()
  const counts = count()
  known.set(key, { until: now + keptFor, counts })
  counts.catch(() => known.delete(key))
  return counts
}
