import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { insertNew, locked } from '../platform/db/rows.ts'
import { dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'

/**
 * Counts tries per name and per address, in a table, so that all processes count together (AUT-4). Names are counted
 * whether or not they belong to somebody: being slowed down tells nothing.
 */

/** Who tries what. `name` may be anything that stands for the account under attack. */
export interface Attempt {
  name: string
  ip: string
}

/** A try that counts as failed until it is said to be otherwise: tries that come in together do not slip through. */
export interface Try {
  attempt: Attempt
  at: number
  /** When the name failed before, in the stored form. */
  lastFailure: string
}

const freeFailures = 5
const longestWait = 15 * 60_000
const forgottenAfter = 60 * 60_000
const perAddress = { failures: 30, window: 60_000 }

/** 5 failures cost a second, each further one twice as long, up to 15 minutes. Never for ever. */
export const penalty = (failures: number) =>
  failures < freeFailures ? 0 : Math.min(longestWait, 1000 * 2 ** (failures - freeFailures))

interface Count {
  count: number
  firstAt: number
  lastAt: number
}

const nameKey = (name: string) => keyOf('name', name)
const addressKey = (ip: string) => keyOf('ip', network(ip))

function keyOf(kind: string, what: string): string {
  return createHash('sha256').update(`${kind}\0${what}`).digest('base64url')
}

/** An IPv6 customer has 2^64 addresses to change between: they count as one. */
export function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped?.[1]) return mapped[1]
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array<string>(Math.max(0, zeros)).fill('0'), ...groups(tail)]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const slowDown = (milliseconds: number) =>
  new AppError('too_many_attempts', 429, 'Too many failed tries. Wait a little and try again.', {
    retryAfterSeconds: Math.ceil(milliseconds / 1000),
  })

function waitFor(name: Count | undefined, address: Count | undefined, now: number): number {
  const nameWait = name && now - name.lastAt <= forgottenAfter ? name.lastAt + penalty(name.count) - now : 0
  const addressWait = address && address.count >= perAddress.failures ? address.firstAt + perAddress.window - now : 0
  return Math.max(0, nameWait, addressWait)
}

async function readCounts(q: Db, keys: string[]): Promise<Map<string, Count>> {
  const rows = await q.selectFrom('auth_throttles').selectAll().where('key_hash', 'in', keys).execute()
  return new Map(rows.map((row) => [row.key_hash, countOf(row)]))
}

const countOf = (row: { count: number; first_at: string; last_at: string }): Count => ({
  count: row.count,
  firstAt: fromDbTime(row.first_at),
  lastAt: fromDbTime(row.last_at),
})

/**
 * Refuses while the name or the address has to wait, at the cost of one read.
 * @throws AppError `too_many_attempts` with details { retryAfterSeconds }
 */
export async function refuseWhileWaiting(ctx: Ctx, { name, ip }: Attempt): Promise<void> {
  const counts = await readCounts(ctx.db.q, [nameKey(name), addressKey(ip)])
  const wait = waitFor(counts.get(nameKey(name)), counts.get(addressKey(ip)), ctx.clock.now())
  if (wait > 0) throw slowDown(wait)
}

/**
 * Counts a try as failed and lets it go on, or refuses it uncounted. Afterwards `succeeded` or `takeBack` may follow.
 * @throws AppError `too_many_attempts`
 */
export async function beginTry(ctx: Ctx, attempt: Attempt): Promise<Try> {
  const now = ctx.clock.now()
  const begun = await ctx.db.transaction(async (tx) => {
    const name = await lockedCount(tx, nameKey(attempt.name), now)
    const address = await lockedCount(tx, addressKey(attempt.ip), now)
    const wait = waitFor(name, address, now)
    if (wait > 0) return { wait }
    await countUp(tx, { key: nameKey(attempt.name), known: name, isOver: now - name.lastAt > forgottenAfter, now })
    const windowIsOver = now - address.firstAt >= perAddress.window
    await countUp(tx, { key: addressKey(attempt.ip), known: address, isOver: windowIsOver, now })
    return { wait, lastFailure: dbTime(name.lastAt) }
  })
  if (begun.lastFailure === undefined) throw slowDown(begun.wait)
  return { attempt, at: now, lastFailure: begun.lastFailure }
}

async function lockedCount(tx: Tx, key: string, now: number): Promise<Count> {
  await insertNew(tx, 'auth_throttles', [{ key_hash: key, count: 0, first_at: dbTime(now), last_at: dbTime(now) }])
  const rows = tx.q.selectFrom('auth_throttles').selectAll().where('key_hash', '=', key)
  return countOf(await locked(tx, rows).executeTakeFirstOrThrow())
}

interface CountUp {
  key: string
  known: Count
  isOver: boolean
  now: number
}

async function countUp(tx: Tx, { key, known, isOver, now }: CountUp): Promise<void> {
  const fresh = isOver || known.count === 0
  await tx.q
    .updateTable('auth_throttles')
    .set({
      count: fresh ? 1 : known.count + 1,
      first_at: dbTime(fresh ? now : known.firstAt),
      last_at: dbTime(now),
    })
    .where('key_hash', '=', key)
    .execute()
}

/** The try was right: the name starts anew, and the address is not charged for it. */
export async function succeeded({ db }: Ctx, { attempt }: Try): Promise<void> {
  await db.transaction(async (tx) => {
    await startAnew(tx.q, attempt.name)
    await giveBackAddress(tx, attempt.ip)
  })
}

/** The name starts anew. */
export const forgetFailures = ({ db }: Ctx, name: string): Promise<void> => startAnew(db.q, name)

/** The row stays until the sweep: deleting it would bring deadlocks with those who just count. */
async function startAnew(q: Db, name: string): Promise<void> {
  await q.updateTable('auth_throttles').set({ count: 0 }).where('key_hash', '=', nameKey(name)).execute()
}

/** The try was neither right nor wrong: as if it had not been, and earlier failures still count. */
export async function takeBack({ db }: Ctx, { attempt, at, lastFailure }: Try): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.q
      .updateTable('auth_throttles')
      .set((where) => ({
        count: where('count', '-', 1),
        last_at: where.case().when('last_at', '=', dbTime(at)).then(lastFailure).else(where.ref('last_at')).end(),
      }))
      .where('key_hash', '=', nameKey(attempt.name))
      .where('count', '>', 0)
      .execute()
    await giveBackAddress(tx, attempt.ip)
  })
}

async function giveBackAddress(tx: Tx, ip: string): Promise<void> {
  await tx.q
    .updateTable('auth_throttles')
    .set((where) => ({ count: where('count', '-', 1) }))
    .where('key_hash', '=', addressKey(ip))
    .where('count', '>', 0)
    .execute()
}

/** How many of something a key may have in a window that begins with the first. */
export interface Allowance {
  kind: string
  of: string
  most: number
  window: number
}

const usedUp = (a: Allowance, known: Count | undefined, now: number) =>
  known !== undefined && known.count >= a.most && now - known.firstAt < a.window

const allowanceKey = ({ kind, of }: Allowance) => keyOf(kind, of)

/** Whether any of the allowances is used up, at the cost of one read. */
export async function isUsedUp(ctx: Ctx, allowances: readonly Allowance[]): Promise<boolean> {
  const counts = await readCounts(ctx.db.q, allowances.map(allowanceKey))
  return allowances.some((a) => usedUp(a, counts.get(allowanceKey(a)), ctx.clock.now()))
}

/** Takes one of each allowance, or none when any is used up. */
export async function takeAllowances(ctx: Ctx, tx: Tx, allowances: readonly Allowance[]): Promise<boolean> {
  const now = ctx.clock.now()
  const counts: Count[] = []
  for (const a of allowances) counts.push(await lockedCount(tx, allowanceKey(a), now))
  if (allowances.some((a, i) => usedUp(a, counts[i], now))) return false
  for (const [i, a] of allowances.entries()) {
    const known = counts[i] as Count
    await countUp(tx, { key: allowanceKey(a), known, isOver: now - known.firstAt >= a.window, now })
  }
  return true
}

/** Forgets what no longer slows anybody down. */
export async function sweepThrottles({ db, clock }: Ctx): Promise<void> {
  await db.q
    .deleteFrom('auth_throttles')
    .where('last_at', '<', dbTime(clock.now() - 2 * forgottenAfter))
    .execute()
}
