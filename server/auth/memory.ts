import type { Database } from '../platform/db/open.ts'
import type { Actor } from '../platform/http/route.ts'

/** A session as it was read a moment ago. */
export interface KnownSession {
  actor: Actor
  lastSeenAt: number
  expiresAt: number
}

/**
 * Sessions read within the last second, so that a request normally costs no statement for knowing who asks.
 * What changes in this process is forgotten at once; what another process changes, within that second (AUT-9).
 */
export interface SessionCache {
  get(tokenHash: string): KnownSession | null
  /** Keeps what was read, unless something was forgotten since `generation`: then it may be out of date already. */
  put(tokenHash: string, session: KnownSession, generation: number): void
  readonly generation: number
  forgetUser(userId: string): void
  forgetAll(): void
}

const freshFor = 1000
const most = 10_000

function createSessionCache(): SessionCache {
  const entries = new Map<string, { session: KnownSession; readAt: number }>()
  let generation = 0
  return {
    get generation() {
      return generation
    },
    get(tokenHash) {
      const entry = entries.get(tokenHash)
      // A monotonic clock: setting the computer's clock back must not keep an ended session alive.
      if (entry && performance.now() - entry.readAt < freshFor) return entry.session
      entries.delete(tokenHash)
      return null
    },
    put(tokenHash, session, readIn) {
      if (readIn !== generation) return
      if (entries.size >= most) entries.clear()
      entries.set(tokenHash, { session, readAt: performance.now() })
    },
    forgetUser(userId) {
      generation++
      for (const [hash, { session }] of entries) if (session.actor.userId === userId) entries.delete(hash)
    },
    forgetAll() {
      generation++
      entries.clear()
    },
  }
}

interface AuthMemory {
  sessions: SessionCache
}

const memories = new WeakMap<Database, AuthMemory>()

/** What this process remembers about signing in, for one database. */
export function authMemory(db: Database): AuthMemory {
  const known = memories.get(db)
  if (known) return known
  const made = { sessions: createSessionCache() }
  memories.set(db, made)
  return made
}
