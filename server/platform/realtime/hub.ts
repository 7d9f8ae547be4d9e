import type { FastifyInstance } from 'fastify'
import type { Authenticate } from '../http/server.ts'

/** The live stream of this process. */
export interface Live {
  /**
   * The newest change number known to be committed. A handler reads it *before* its queries, so that its answer is at
   * least as new as this number (RT-3).
   */
  lastSeq(): number
  /** There may be new change rows: read and send them. Cheap and safe to call at any time. */
  nudge(): void
  start(): Promise<void>
  /** Closes every socket with 1012 and reads no more. */
  stop(): Promise<void>
  /** Adds `GET /api/v1/live`. */
  register(app: FastifyInstance, authenticate: Authenticate): Promise<void>
}
