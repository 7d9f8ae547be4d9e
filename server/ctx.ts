import type { Config } from './config.ts'
import type { Graph } from './meta/graph.ts'
import type { Clock } from './platform/clock.ts'
import type { Sealer } from './platform/crypto/seal.ts'
import type { Database } from './platform/db/open.ts'
import type { Jobs } from './platform/jobs/jobs.ts'
import type { Logger } from './platform/log.ts'
import type { Metrics } from './platform/metrics.ts'
import type { Live } from './platform/realtime/hub.ts'

/** What every operation is given first. */
export interface Ctx {
  db: Database
  config: Config
  clock: Clock
  log: Logger
  /** Meta's Graph API, both flavours. */
  graph: Graph
  /** Seals and opens stored tokens. */
  sealer: Sealer
  jobs: Jobs
  live: Live
  metrics: Metrics
}
