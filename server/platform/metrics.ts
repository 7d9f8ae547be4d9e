import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The figures at /metrics. One registry per program, so that tests can run several beside each other. */
export interface Metrics {
  registry: Registry
  webhookDeliveries: Counter<'outcome'>
  webhookEvents: Counter<'outcome'>
  ingestBacklog: Gauge
  ingestBatch: Histogram
  graphCalls: Counter<'outcome'>
  liveSockets: Gauge
  liveFrames: Counter
  signIns: Counter<'outcome'>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    webhookDeliveries: new Counter({
      name: 'ticklegram_webhook_deliveries_total',
      help: 'Webhook deliveries by outcome: accepted, refused_signature, refused_size, refused_busy, failed',
      labelNames: ['outcome'],
      registers,
    }),
    webhookEvents: new Counter({
      name: 'ticklegram_webhook_events_total',
      help: 'Events by end state: applied, duplicate, ignored, parked',
      labelNames: ['outcome'],
      registers,
    }),
    ingestBacklog: new Gauge({
      name: 'ticklegram_ingest_backlog',
      help: 'Deliveries waiting for their commit',
      registers,
    }),
    ingestBatch: new Histogram({
      name: 'ticklegram_ingest_batch_size',
      help: 'Deliveries per commit',
      buckets: [1, 2, 5, 10, 25, 50, 100, 256],
      registers,
    }),
    graphCalls: new Counter({
      name: 'ticklegram_graph_calls_total',
      help: 'Calls to Meta by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    liveSockets: new Gauge({ name: 'ticklegram_live_sockets', help: 'Open live connections', registers }),
    liveFrames: new Counter({
      name: 'ticklegram_live_frames_total',
      help: 'Changes sent to live connections',
      registers,
    }),
    signIns: new Counter({
      name: 'ticklegram_sign_ins_total',
      help: 'Sign-ins by outcome: ok, failed',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
