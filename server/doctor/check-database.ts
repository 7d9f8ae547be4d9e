import type { Config } from '../config.ts'
import { existingKeys, openStoredValues } from '../platform/crypto/keys.ts'
import { createSealer } from '../platform/crypto/seal.ts'
import { appliedMigrations, pendingMigrations } from '../platform/db/migrate.ts'
import type { Database } from '../platform/db/open.ts'
import { dbTime } from '../platform/db/time.ts'
import { ledgerTotals } from '../webhooks/queries.ts'
import { type Finding, fault, ok, reasonOf, warn } from './finding.ts'
import { activeDemoPeople, countOutbox, countParked, hasAdmin } from './queries.ts'

/** Whether the schema is this program's. Only then the other questions can be asked. */
export async function checkSchema(db: Database): Promise<Finding> {
  if ((await appliedMigrations(db)).length === 0) {
    return warn('Schema', 'the database is empty', 'start the program, or run: ticklegram migrate')
  }
  const pending = await pendingMigrations(db)
  if (pending.length === 0) return ok('Schema', 'up to date')
  return fault('Schema', `lacks ${pending.join(', ')}`, 'make a backup, then run: ticklegram migrate')
}

export async function checkKeys(db: Database, config: Config): Promise<Finding> {
  const keys = existingKeys(config)
  if (keys.length === 0) {
    const said = 'no key yet'
    return (await db.q.selectFrom('encryption_checks').select('id').execute()).length === 0
      ? warn('Encryption key', said, 'the first start makes one in the data folder; keep a copy of it elsewhere')
      : fault('Encryption key', 'is missing', 'put the key file back, or give the key in ENCRYPTION_KEY')
  }
  try {
    await openStoredValues(db, createSealer(keys))
    return ok('Encryption key', 'opens every stored token')
  } catch (error) {
    return fault('Encryption key', reasonOf(error), 'do as it says before anything else')
  }
}

/** Whether every event that came is accounted for, and what waits for a person. */
export async function checkLedger(db: Database): Promise<Finding[]> {
  const { sum, lastReceivedAt } = await ledgerTotals(db.q)
  const n = (value: number | string | null | undefined) => Number(value ?? 0)
  const [received, settled] = [n(sum?.received), n(sum?.applied) + n(sum?.duplicate) + n(sum?.ignored) + n(sum?.parked)]
  const parked = await countParked(db.q)
  return [
    lastReceivedAt
      ? ok('Webhooks', `the last one came ${lastReceivedAt} UTC (now ${dbTime(Date.now()).slice(0, 19)})`)
      : warn('Webhooks', 'none has come yet', 'check the callback address and the fields at Meta (docs/meta-setup.md)'),
    received === settled
      ? ok('Ledger', `balanced: ${received} events received, each in one end state`)
      : fault('Ledger', `${received} events received, ${settled} settled`, 'report this with the server log'),
    parked === 0
      ? ok('Parked events', 'none')
      : warn(
          'Parked events',
          `${parked} wait`,
          'look at their reason on the developer page, mend it, then: ticklegram replay',
        ),
  ]
}

export async function checkOutbox(db: Database): Promise<Finding> {
  const counts = await countOutbox(db.q)
  const unknown = counts.get('unknown') ?? 0
  const waiting = (counts.get('queued') ?? 0) + (counts.get('sending') ?? 0)
  if (unknown > 0) {
    return warn('Outbox', `${unknown} replies may or may not have arrived`, 'their chats show what can be done')
  }
  return ok('Outbox', waiting === 0 ? 'nothing waits' : `${waiting} replies on their way`)
}

export async function checkPeople(db: Database, config: Config): Promise<Finding[]> {
  const demo = config.sandbox ? [] : await activeDemoPeople(db.q)
  return [
    (await hasAdmin(db.q))
      ? ok('Admin', 'there is one')
      : warn(
          'Admin',
          'there is none yet',
          'open the one-time link that the start prints, or run: ticklegram user:create',
        ),
    ...(demo.length > 0
      ? [fault('Demo people', `${demo.length} can still sign in`, 'deactivate them, or begin with a fresh database')]
      : []),
  ]
}
