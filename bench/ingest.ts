import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { mariadbAvailable, testDatabaseUrl } from '../test/database.ts'
import { startMariadb } from '../test/mariadb.ts'
import { makePosts } from './lib/events.ts'
import { cpuMicroseconds, median, percentile, print, round } from './lib/figures.ts'
import { type Answers, asFastAsItCan, atRate } from './lib/load.ts'
import { type Product, type Rival, startBaseline, startProduct } from './lib/rivals.ts'
import { timeToScreen } from './lib/screen.ts'
import { countStored } from './lib/world.ts'

/**
 * npm run bench:ingest [-- --engine sqlite|mysql --rounds 5 --seconds 4]: durable messages per second of the built
 * product beside a hand-written server on the raw driver, in turns on the same machine. One line of JSON per figure.
 */
const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '128' },
    customers: { type: 'string', default: '10000' },
    /** Options for the product's Node, e.g. --node=--cpu-prof. */
    node: { type: 'string', multiple: true, default: [] },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const connections = Number(values.connections)
const customers = Number(values.customers)
/** More than any server here has taken, so that no round runs out of prepared posts. */
const mostPerSecond = { 1: 16_000, 10: 3_500 }

type PerPost = keyof typeof mostPerSecond
type Engine = 'sqlite' | 'mysql'

interface Figure {
  rate: number
  p50: number
  p99: number
  cpu: number
}

/** Runs `load` on one server and makes sure that exactly what it acknowledged is in its tables. */
async function measure(rival: Rival, load: () => Promise<Answers>): Promise<Figure> {
  const before = await countStored(rival.database)
  const cpu = cpuMicroseconds(rival.pid)
  const answers = await load()
  const used = cpuMicroseconds(rival.pid) - cpu
  const after = await countStored(rival.database)
  const grown = {
    messages: after.messages - before.messages,
    deliveries: after.deliveries - before.deliveries,
    changes: after.changes - before.changes,
  }
  if (
    grown.messages !== answers.events ||
    grown.deliveries !== answers.posts ||
    grown.changes !== answers.events ||
    answers.refused > 0
  ) {
    throw new Error(
      `${rival.server} acknowledged ${answers.posts} posts of ${answers.events} messages and refused ${answers.refused}; its tables grew by ${JSON.stringify(grown)}`,
    )
  }
  return {
    rate: round(answers.events / answers.seconds),
    p50: round(percentile(answers.latencies, 0.5), 1),
    p99: round(percentile(answers.latencies, 0.99), 1),
    cpu: round(used / answers.events),
  }
}

async function compare(engine: Engine, rivals: Rival[], perPost: PerPost): Promise<Record<Rival['server'], number>> {
  const rates: Record<Rival['server'], number[]> = { ticklegram: [], baseline: [] }
  for (let i = 0; i <= rounds; i++) {
    // The first round warms both up and does not count.
    const length = i === 0 ? Math.min(2, seconds) : seconds
    for (const rival of rivals) {
      const posts = makePosts({ count: mostPerSecond[perPost] * length, perPost, customers })
      const figure = await measure(rival, () =>
        asFastAsItCan({ port: rival.port, connections, posts, seconds: length }),
      )
      if (i === 0) continue
      print({ bench: 'ingest', engine, server: rival.server, perPost, round: i, ...figure })
      rates[rival.server].push(figure.rate)
    }
  }
  return { ticklegram: median(rates.ticklegram), baseline: median(rates.baseline) }
}

async function benchEngine(
  engine: Engine,
  places: { product: (folder: string) => string; baseline: (folder: string) => string },
) {
  const product: Product = await startProduct({ databaseUrl: places.product, customers }, values.node)
  const baseline = await startBaseline({ databaseUrl: places.baseline, customers })
  const rivals = [product, baseline]
  try {
    const single = await compare(engine, rivals, 1)
    const perSecond = Math.floor(single.ticklegram / 2)
    for (const rival of rivals) {
      const posts = makePosts({ count: perSecond * seconds, perPost: 1, customers })
      const figure = await measure(rival, () => atRate({ port: rival.port, connections, posts, seconds, perSecond }))
      print({ bench: 'ingest-half-load', engine, server: rival.server, perPost: 1, ...figure })
    }
    const ten = await compare(engine, rivals, 10)
    const screen = await timeToScreen(product, { perSecond: 50, seconds: 10, customers })
    const at = (p: number) => round(percentile(screen, p), 1)
    print({ bench: 'screen', engine, rate: 50, p50: at(0.5), p95: at(0.95), p99: at(0.99) })
    return [
      { bench: 'ingest-ratio', engine, perPost: 1, ...single, ratio: round(single.ticklegram / single.baseline, 2) },
      { bench: 'ingest-ratio', engine, perPost: 10, ...ten, ratio: round(ten.ticklegram / ten.baseline, 2) },
    ]
  } finally {
    for (const rival of rivals) await rival.stop()
  }
}

if (!process.env.TICKLEGRAM_PROGRAM) {
  const failed = await build({ onlyIfStale: true })
  if (failed.length > 0) throw new Error(`the build failed at: ${failed.join(', ')}`)
}
const ratios: Record<string, unknown>[] = []
if (values.engine !== 'mysql') {
  const file = (folder: string) => `sqlite:${folder}/ticklegram.db`
  ratios.push(...(await benchEngine('sqlite', { product: file, baseline: file })))
}
if (values.engine !== 'sqlite' && (values.engine === 'mysql' || mariadbAvailable())) {
  const mariadb = await startMariadb({
    settings: ['--innodb-buffer-pool-size=512M', '--innodb-log-file-size=512M', '--skip-log-bin'],
  })
  try {
    process.env.TEST_MYSQL_URL = mariadb.url()
    const [product, baseline] = [await testDatabaseUrl({ engine: 'mysql' }), await testDatabaseUrl({ engine: 'mysql' })]
    ratios.push(...(await benchEngine('mysql', { product: () => product.url, baseline: () => baseline.url })))
  } finally {
    await mariadb.stop()
  }
}
for (const ratio of ratios) print(ratio)
