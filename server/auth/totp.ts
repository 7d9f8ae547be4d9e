import { Secret, TOTP } from 'otpauth'
import type { TotpEnrolment, TotpState } from '../../shared/account.ts'
import type { Ctx } from '../ctx.ts'
import { upsertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { countRecoveryCodes, replaceRecoveryCodes, spendRecoveryCode } from './recovery-codes.ts'
import { endOtherSessionsOf } from './sessions.ts'
import { beginTry, succeeded } from './throttle.ts'

/** Seconds a code counts for; one step earlier or later is taken too, for clocks that are a little off (RFC 6238). */
const period = 30
const steps = 1

const seat = (userId: string) => ({ table: 'user_totp', column: 'secret', rowId: userId })

const authenticator = (secret: string, label = '') =>
  new TOTP({ issuer: 'Ticklegram', label, algorithm: 'SHA1', digits: 6, period, secret: Secret.fromBase32(secret) })

/** Whether somebody must have a second step before they may do anything. */
export const mustHaveTotp = ({ config }: Pick<Ctx, 'config'>, role: 'admin' | 'agent') =>
  role === 'admin' && config.adminTotp === 'required'

export async function isTotpOn(ctx: Ctx, userId: string): Promise<boolean> {
  return (await findTotp(ctx, userId))?.confirmed_at != null
}

export async function totpStateOf(ctx: Ctx, { id, role }: { id: string; role: 'admin' | 'agent' }): Promise<TotpState> {
  return {
    isOn: await isTotpOn(ctx, id),
    isRequired: mustHaveTotp(ctx, role),
    recoveryCodesLeft: await countRecoveryCodes(ctx.db.q, id),
  }
}

async function findTotp({ db }: Ctx, userId: string) {
  return db.q.selectFrom('user_totp').selectAll().where('user_id', '=', userId).executeTakeFirst()
}

const alreadyOn = () => new AppError('totp_already_on', 409, 'Your account has a second step already.')
const wrongCode = () =>
  new AppError('code_wrong', 400, 'This code is not right, or it was used already. Wait for the next one.')

/**
 * Makes a new secret for a person. It is in force only after `confirmTotp`; until then signing in stays as it was.
 * @throws AppError `totp_already_on`
 */
export async function startTotp(
  ctx: Ctx,
  { userId, label }: { userId: string; label: string },
): Promise<TotpEnrolment> {
  const secret = new Secret({ size: 20 }).base32
  const sealed = ctx.sealer.seal(secret, seat(userId))
  await ctx.db.transaction(async (tx) => {
    const row = { user_id: userId, secret: sealed, created_at: dbTime(ctx.clock.now()) }
    // One that is in force is never replaced, also not by a request that arrives beside its confirmation.
    const fresh = 'case when confirmed_at is null then new(secret) else secret end'
    await upsertAll(tx, 'user_totp', [row], ['user_id'], [['secret', fresh]])
    const stored = await tx.q
      .selectFrom('user_totp')
      .select('secret')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    if (stored.secret !== sealed) throw alreadyOn()
  })
  return { secret, uri: authenticator(secret, label).toString() }
}

/**
 * Puts the second step in force with a first code, and ends the person's other sessions: they were made without it.
 * @returns recovery codes, to be shown this once
 * @throws AppError `code_wrong`, `totp_already_on`, `totp_not_started`, `too_many_attempts`
 */
export async function confirmTotp(
  ctx: Ctx,
  { userId, sessionId, code, ip }: { userId: string; sessionId: string; code: string; ip: string },
): Promise<string[]> {
  const begun = await beginTry(ctx, { name: `code:${userId}`, ip })
  const row = await findTotp(ctx, userId)
  if (!row) throw new AppError('totp_not_started', 409, 'Ask for a secret first.')
  if (row.confirmed_at !== null) throw alreadyOn()
  const step = stepOf(ctx, { secret: ctx.sealer.open(row.secret, seat(userId)), code })
  if (step === null) throw wrongCode()
  await succeeded(ctx, begun)
  return ctx.db.transaction(async (tx) => {
    const { numUpdatedRows } = await tx.q
      .updateTable('user_totp')
      .set({ confirmed_at: dbTime(ctx.clock.now()), last_step: step })
      .where('user_id', '=', userId)
      .where('secret', '=', row.secret)
      .where('confirmed_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw alreadyOn()
    await endOtherSessionsOf(ctx, tx, { userId, sessionId })
    return replaceRecoveryCodes(ctx, tx, userId)
  })
}

/** Whether this is a code of now, or an unused recovery code. Either works once. */
export async function spendSecondStep(
  ctx: Ctx,
  tx: Tx,
  { userId, code }: { userId: string; code: string },
): Promise<boolean> {
  const digits = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) return spendRecoveryCode(ctx, tx, { userId, code })
  const row = await tx.q.selectFrom('user_totp').selectAll().where('user_id', '=', userId).executeTakeFirst()
  if (!row || row.confirmed_at === null) return false
  const step = stepOf(ctx, { secret: ctx.sealer.open(row.secret, seat(userId)), code: digits })
  if (step === null) return false
  // A code that was seen once is over, and so are those before it.
  const { numUpdatedRows } = await tx.q
    .updateTable('user_totp')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The time step a code belongs to, if it is one of around now. */
function stepOf({ clock }: Ctx, { secret, code }: { secret: string; code: string }): number | null {
  const timestamp = clock.now()
  const delta = authenticator(secret).validate({ token: code.replace(/\s/g, ''), window: steps, timestamp })
  return delta === null ? null : Math.floor(timestamp / 1000 / period) + delta
}

/**
 * Turns a person's own second step off.
 * @throws AppError `totp_required`
 */
export async function disableTotp(ctx: Ctx, { id, role }: { id: string; role: 'admin' | 'agent' }): Promise<void> {
  if (mustHaveTotp(ctx, role)) throw new AppError('totp_required', 409, 'Admins must have a second step here.')
  await ctx.db.transaction((tx) => removeTotp(tx, id))
}

/** Takes a person's second step away, in the caller's transaction: by themselves, or by an admin for a lost phone. */
export async function removeTotp(tx: Tx, userId: string): Promise<void> {
  await tx.q.deleteFrom('user_totp').where('user_id', '=', userId).execute()
  await tx.q.deleteFrom('totp_recovery_codes').where('user_id', '=', userId).execute()
}
