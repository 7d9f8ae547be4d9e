import * as z from 'zod'
import type { OneTimeLink } from '../../shared/account.ts'
import type { Ctx } from '../ctx.ts'
import { isoTime } from '../platform/db/time.ts'
import { AppError } from '../platform/errors.ts'
import { setPassword } from '../team/change-password.ts'
import { canMail, queueLetter } from './letters.ts'
import { normalEmail } from './login-names.ts'
import { createLinkToken, findLink, spendLink } from './one-time-links.ts'
import { hashPassword } from './password.ts'
import { assertGoodPassword } from './password-rules.ts'
import { isUsedUp, takeAllowances } from './throttle.ts'
import { createTurns } from './turns.ts'

const kind = 'auth.reset-request'
const hour = 3_600_000
/** One at a time: a flood of requests leaves the database to everything else between each two of them. */
const inTurn = createTurns({ atOnce: 1, longestQueue: 500 })
const payload = z.object({ email: z.string() })

/** One answer for every link that does not work, whatever is wrong with it. */
const linkInvalid = () =>
  new AppError('link_invalid', 404, 'This link does not work any more. Ask for a new one, or ask an admin.')

/**
 * Notes that somebody asked for a new password. Whether the address belongs to anybody is found out afterwards, by a
 * job: here everything is the same for everyone, also the limits of 3 an hour for an address and 10 for a visitor
 * (AUT-8). Beyond them nothing is done, and nothing is said.
 */
export async function requestReset(ctx: Ctx, { email, ip }: { email: string; ip: string }): Promise<void> {
  const address = normalEmail(email)
  const allowances = [
    { kind: 'reset-ip', of: ip, most: 10, window: hour },
    { kind: 'reset-address', of: address, most: 3, window: hour },
  ]
  await inTurn(async () => {
    if (await isUsedUp(ctx, allowances)) return
    await ctx.db.transaction(async (tx) => {
      const allowed = await takeAllowances(ctx, tx, allowances)
      if (allowed && canMail(ctx)) await ctx.jobs.enqueue(tx, { kind, payload: { email: email.trim() } })
    })
  })
}

/** Makes the link for a request and queues its letter, where the address is an active person's. */
export function registerResetRequests(ctx: Ctx): void {
  ctx.jobs.register(kind, async (job) => {
    const { email } = payload.parse(job.payload)
    const user = await ctx.db.q
      .selectFrom('users')
      .select(['id'])
      // As typed too, for rows that another program wrote in its own form.
      .where('email', 'in', [normalEmail(email), email])
      .where('is_active', '=', 1)
      .executeTakeFirst()
    if (!user) return
    await ctx.db.transaction(async (tx) => {
      const token = await createLinkToken(ctx, tx, { userId: user.id, purpose: 'reset' })
      await queueLetter(ctx, tx, { about: 'reset', userId: user.id, token })
    })
  })
}

/**
 * Whose link this is. Looking does not use it up: mail scanners open links before people do.
 * @throws AppError `link_invalid`
 */
export async function describeLink(ctx: Ctx, token: string): Promise<OneTimeLink> {
  const link = await findLink(ctx.db.q, { token, now: ctx.clock.now() })
  if (!link) throw linkInvalid()
  return { purpose: link.purpose, name: link.name, email: link.email, expiresAt: isoTime(link.expires_at) }
}

/**
 * Sets a new password by a one-time link: after a forgotten one, or the first by an invitation. All sessions and
 * sockets of the person end, and so do their other links. They sign in with it afterwards.
 * @throws AppError `link_invalid`, `weak_password`
 */
export async function resetByLink(ctx: Ctx, { token, password }: { token: string; password: string }): Promise<void> {
  const link = await findLink(ctx.db.q, { token, now: ctx.clock.now() })
  if (!link) throw linkInvalid()
  assertGoodPassword(password, { ...link, contactNumber: link.contact_number, empId: link.emp_id })
  const passwordHash = await hashPassword(password)
  await ctx.db.transaction(async (tx) => {
    // What counts: of any number of simultaneous uses one gets here.
    if (!(await spendLink(tx, { token, now: ctx.clock.now() }))) throw linkInvalid()
    await setPassword(ctx, tx, { userId: link.user_id, passwordHash })
    if (link.purpose === 'reset') await queueLetter(ctx, tx, { about: 'password_changed', userId: link.user_id })
  })
}
