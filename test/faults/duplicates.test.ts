import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Database, openDatabase } from '../../server/platform/db/open.ts'
import { connectTestChannels } from '../boot.ts'
import { createInstallation } from '../built-server.ts'
import { castUsers, cookieFor } from '../cast.ts'
import { testDatabaseUrl, testEngine } from '../database.ts'
import { watchLive } from './lib/live-watcher.ts'
import { createRandom } from './lib/random.ts'
import { balance, discrepancies } from './lib/reconcile.ts'
import { percentile, report, residentMemory, until } from './lib/report.ts'
import { dropUniqueMessageIds, sabotaged } from './lib/sabotage.ts'
import { createWebhookSender } from './lib/sender.ts'
import { createEvents, inDeliveries, type TrafficDelivery } from './lib/traffic.ts'

const eventCount = Number(process.env.FAULT_EVENTS ?? 20_000)
const customers = 2000
const connections = 32
/** Copies lie at most this many events apart, about as far as Meta's retries do. */
const spread = 2000

it(`F4 keeps each of ${eventCount} events once when it comes two to five times to two processes`, async () => {
  const random = createRandom()
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-duplicates-'))
  const schema = await testDatabaseUrl()
  // Nobody answers in this test and Graph is not there: profiles are asked for in vain.
  const installation = createInstallation({ databaseUrl: () => schema.url })
  const cookie = await installation.prepare(async (ctx) => {
    const cast = await castUsers(ctx)
    await connectTestChannels({ ctx })
    return cookieFor(ctx, cast.admin.id)
  })
  const db = await openDatabase(schema.url)
  if (sabotaged) await dropUniqueMessageIds(db)
  const events = createEvents(random, customers)
  for (let i = 0; i < eventCount; i++) events.next()
  const deliveries = manyTimes()
  const sent = deliveries.reduce((sum, delivery) => sum + delivery.mids.length, 0)

  /** Every event two to five times, in other company each time. */
  function manyTimes(): TrafficDelivery[] {
    const all = [...events.made.values()]
    const windows = Array.from({ length: Math.ceil(all.length / spread) }, (_, i) =>
      all.slice(i * spread, (i + 1) * spread),
    )
    return windows.flatMap((some) =>
      inDeliveries(random, random.shuffle(some.flatMap((event) => Array(random.between(2, 5)).fill(event)))),
    )
  }

  const servers = await Promise.all([installation.start(), installation.start()])
  const watchers = servers.map((server) => watchLive({ url: () => server.url, cookie }))
  await Promise.all(watchers.map((watcher) => watcher.ready))
  const sender = await createWebhookSender({
    target: () => random.pick(servers).url,
    journalFile: join(folder, 'journal'),
    connections: connections / 2,
  })
  const began = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let delivery = deliveries[next++]; delivery; delivery = deliveries[next++]) await sender.deliver(delivery)
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const seen = (watcher: (typeof watchers)[number]) => watcher.seen.size >= eventCount || watcher.resyncs() > 0
  if (!sabotaged) await until('every message on both screens', () => watchers.every(seen), 60_000)

  const final = await balance(db, { expected: events.made.keys(), made: events.made })
  const faults = await discrepancies(db, { made: events.made })
  const received = await receivedEvents(db)
  if (received !== sent && sender.serverErrors() === 0) faults.push(`${received} events in the ledger, ${sent} sent`)
  for (const watcher of watchers) {
    const twice = [...watcher.seen.values()].filter((times) => times > 1).length
    if (twice > 0 || watcher.backwards() > 0 || watcher.seen.size !== eventCount)
      faults.push(
        `a screen saw ${watcher.seen.size} messages, ${twice} of them twice, and ${watcher.backwards()} numbers out of order`,
      )
  }
  const latencies = sender.latencies()
  report({
    test: 'F4',
    seed: random.seed,
    engine: testEngine,
    sent,
    acked: (await sender.acknowledged()).size,
    ...final,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    rss: Math.max(...servers.map((server) => residentMemory(server.pid))),
    posts: sender.posts(),
    perSecond: Math.round(sent / seconds),
    serverErrors: sender.serverErrors(),
    resyncs: watchers.map((watcher) => watcher.resyncs()),
    faults,
  })
  for (const watcher of watchers) watcher.close()
  await Promise.all(servers.map((server) => server.end('SIGTERM')))
  await sender.close()
  await db.close()
  await schema.drop()
  installation.remove()
  rmSync(folder, { recursive: true, force: true })

  expect({ ...final, faults, serverErrors: sender.serverErrors() }).toEqual({
    rows: eventCount,
    lost: 0,
    doubled: 0,
    invented: 0,
    faults: [],
    serverErrors: 0,
  })
})

async function receivedEvents({ q }: Database): Promise<number> {
  const row = await q
    .selectFrom('webhook_totals')
    .select((eb) => eb.fn.sum('received').as('n'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}
