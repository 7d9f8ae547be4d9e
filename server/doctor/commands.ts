import type { Config } from '../config.ts'
import { createGraph } from '../meta/graph.ts'
import { existingKeys } from '../platform/crypto/keys.ts'
import { createSealer } from '../platform/crypto/seal.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { databaseExists } from '../platform/db/snapshot.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { pingRedis } from '../platform/realtime/ping-redis.ts'
import { checkKeys, checkLedger, checkOutbox, checkPeople, checkSchema } from './check-database.ts'
import { checkMachine } from './check-machine.ts'
import { checkChannels, checkMeta } from './check-meta.ts'
import { type Finding, fault, lineOf, ok, reasonOf, warn } from './finding.ts'

export const doctorUsage = 'doctor                             say what works and what to mend; changes nothing'

/** `doctor`: looks at the whole installation and says in words what it finds. Not healthy with any fault. */
export async function doctorCommand(config: Config): Promise<{ text: string; healthy: boolean }> {
  const findings = await examine(config)
  const count = (level: Finding['level']) => findings.filter((f) => f.level === level).length
  const sum = `${count('ok')} ok, ${count('warn')} to look at, ${count('fault')} to mend`
  return { text: [...findings.map(lineOf), '', sum].join('\n'), healthy: count('fault') === 0 }
}

export async function examine(config: Config): Promise<Finding[]> {
  return [
    ...checkMachine(config),
    ...(await checkMeta(config)),
    ...(config.redisUrl ? [await checkRedis(config.redisUrl)] : []),
    ...(await withDatabase(config)),
  ]
}

async function checkRedis(url: string): Promise<Finding> {
  try {
    await pingRedis(url)
    return ok('Redis', 'answers')
  } catch (error) {
    return warn('Redis', `does not answer (${reasonOf(error)})`, 'without it processes ask the database more often')
  }
}

async function withDatabase(config: Config): Promise<Finding[]> {
  if (!databaseExists(config.databaseUrl)) {
    return [
      warn(
        'Database',
        'is not there yet',
        'the first start makes it; if there was one, check DATA_DIR and DATABASE_URL',
      ),
    ]
  }
  let db: Database
  try {
    db = await openDatabase(config.databaseUrl)
  } catch (error) {
    return [fault('Database', reasonOf(error), 'check DATABASE_URL, and that the server runs with these settings')]
  }
  try {
    const reached = ok('Database', `${db.engine.name} ${db.engine.version}, with the settings that keep messages safe`)
    const schema = await checkSchema(db)
    return [reached, schema, ...(schema.level === 'ok' ? await checkContent(db, config) : [])]
  } catch (error) {
    return [fault('Database', reasonOf(error), 'look at the database server, then run the doctor again')]
  } finally {
    await db.close()
  }
}

async function checkContent(db: Database, config: Config): Promise<Finding[]> {
  const keys = existingKeys(config)
  const sealer = keys.length > 0 ? createSealer(keys) : null
  const graph = createGraph(config.meta, { log: createLog('silent'), metrics: createMetrics() })
  try {
    return [
      await checkKeys(db, config),
      ...(await checkLedger(db)),
      await checkOutbox(db),
      ...(await checkPeople(db, config)),
      ...(await checkChannels(db, { config, graph, sealer })),
    ]
  } finally {
    graph.close()
  }
}
