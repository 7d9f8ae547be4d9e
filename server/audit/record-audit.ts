import type { FastifyRequest } from 'fastify'
import type { AuditAction } from '../../shared/audit.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { Actor } from '../platform/http/route.ts'
import { appendToChain } from './chain.ts'

/** Where a request came from. */
export interface Origin {
  ip: string
  userAgent: string | null
  requestId?: string
}

export const originOf = (request: FastifyRequest): Origin => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
  requestId: request.id,
})

/** Who wants something done, and from where. */
export interface Asker {
  actor: Actor
  request: Origin
}

export interface AuditEntry {
  /** Null: the command line, or somebody who is not signed in. */
  actor: { userId: string; name: string } | null
  request: Origin | null
  action: AuditAction
  targetType: 'user' | 'position' | 'session' | 'page' | 'instagram_account' | 'chat' | 'delivery' | 'event' | 'audit'
  targetId: string | null
  targetName?: string | null
  before?: Record<string, unknown> | null
  after?: Record<string, unknown> | null
  /** Milliseconds. */
  at: number
}

const pending = new WeakMap<Tx, AuditEntry[]>()

/**
 * Records who did what to whom, in the transaction of the change: both are there or neither. It takes its place in the
 * chain right before the commit. Values must not hold secrets; fields that sound like one are refused.
 */
export function recordAudit(tx: Tx, entry: AuditEntry): void {
  assertNoSecret(entry.before)
  assertNoSecret(entry.after)
  const waiting = pending.get(tx)
  if (waiting) {
    waiting.push(entry)
    return
  }
  const entries = [entry]
  pending.set(tx, entries)
  tx.beforeCommit(() => appendToChain(tx, entries))
}

const secretName = /password|secret|token|hash|cookie/i

function assertNoSecret(values: object | null | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (secretName.test(name)) throw new Error(`"${name}" must not be written to the audit log`)
    if (typeof value === 'object') assertNoSecret(value)
  }
}

/** What differs between two states, as before and after; null when nothing does. */
export function differences<T extends Record<string, unknown>>(
  before: T,
  after: T,
): { before: Partial<T>; after: Partial<T> } | null {
  const changed = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  if (changed.length === 0) return null
  const only = (state: T) => Object.fromEntries(changed.map((key) => [key, state[key]])) as Partial<T>
  return { before: only(before), after: only(after) }
}
