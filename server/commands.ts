import { parseArgs } from 'node:util'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import type { Ctx } from './ctx.ts'
import { migrate } from './platform/db/migrate.ts'
import { openDatabase } from './platform/db/open.ts'
import { AppError } from './platform/errors.ts'
import { createLog } from './platform/log.ts'
import { replayDeliveries } from './webhooks/replay.ts'

/** Runs one operation with everything it needs, without listening or working off queues. */
export async function withCtx<T>(config: Config, operation: (ctx: Ctx) => Promise<T>): Promise<T> {
  const app = await buildApp(config, { log: createLog('warn') })
  try {
    return await operation(app.ctx)
  } finally {
    await app.stop()
  }
}

/** `migrate`: brings the database to this version and says what was done. */
export async function migrateCommand(config: Config): Promise<string> {
  const db = await openDatabase(config.databaseUrl)
  try {
    const applied = await migrate(db)
    return applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`
  } finally {
    await db.close()
  }
}

export const replayUsage =
  'replay [--from <time>] [--to <time>] [--account <id>]   (times as 2026-11-22T08:00:00Z; applies stored deliveries again)'

/** `replay`: applies stored deliveries again; what they did already stays as it is (ING-11). */
export async function replayCommand(ctx: Ctx, args: string[]): Promise<string> {
  const text = { type: 'string' } as const
  const { from, to, account } = parseArgs({ args, options: { from: text, to: text, account: text } }).values
  const time = (value: string | undefined, otherwise: number) => {
    const ms = value === undefined ? otherwise : Date.parse(value)
    if (Number.isNaN(ms)) throw new AppError('usage', 400, `"${value}" is no time. Usage: ${replayUsage}`)
    return ms
  }
  const range = { from: time(from, 0), to: time(to, Date.now() + 1000), ...(account ? { account } : {}) }
  const { deliveries, applied } = await replayDeliveries(ctx, range)
  return `Read ${deliveries} deliveries again; ${applied} events did something new.`
}
