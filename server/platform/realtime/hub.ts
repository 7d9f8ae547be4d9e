import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/open.ts'
import type { Actor } from '../http/route.ts'
import type { Authenticate } from '../http/server.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { RenderChanges } from './changes.ts'
import type { LiveLimits } from './connection.ts'

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
  /** Closes every socket with 1012, refuses new ones and reads no more. */
  stop(): Promise<void>
  /** Adds `GET /api/v1/live`. */
  register(app: FastifyInstance, authenticate: Authenticate): Promise<void>
}

export interface LiveBase {
  db: Database
  config: Config
  log: Logger
  metrics: Metrics
  clock: Clock
}

/** What the stream asks the features: what changes look like, and who is who. */
export interface LiveContent {
  render: RenderChanges
  /** Who these sessions belong to and what they may do now; those that have ended are left out. One statement for all. */
  actors(sessionIds: readonly string[]): Promise<Map<string, Actor>>
}

export interface LiveSettings {
  limits?: Partial<LiveLimits>
  /** How often the database is asked without Redis; a fifth as often with it. Milliseconds. */
  pollMs?: number
  /** How often sessions and permissions of everybody connected are read again. Milliseconds. */
  recheckMs?: number
  /** A client that missed more changes than this fetches anew. */
  replayLimit?: number
}
