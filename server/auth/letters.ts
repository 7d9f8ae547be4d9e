import * as z from 'zod'
import type { Ctx } from '../ctx.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { createMailer } from '../platform/mail/mailer.ts'
import { type Letter, renderLetter } from '../platform/mail/render-letter.ts'
import { findUser } from '../team/queries.ts'

const kind = 'auth.letter'

/** What people are told by mail. */
export type LetterAbout = 'reset' | 'invitation' | 'password_changed' | 'reset_by_admin'

const payload = z.object({
  about: z.enum(['reset', 'invitation', 'password_changed', 'reset_by_admin']),
  userId: z.string(),
  sealedToken: z.string().nullable(),
})

const seat = (userId: string) => ({ table: 'jobs', column: 'payload_json', rowId: userId })

export const canMail = (ctx: Ctx) => ctx.config.smtpUrl !== null && ctx.config.mailFrom !== null

/** The page of a one-time link. The address comes from PUBLIC_URL only, never from what a request says (AUT-7). */
export const linkFor = (ctx: Ctx, page: 'password-reset' | 'invitation', token: string) =>
  `${ctx.config.publicUrl}/${page}?token=${token}`

/**
 * Queues a letter to a person in the caller's transaction; whoever has no e-mail gets none, and neither does anybody
 * without SMTP_URL. A link's token waits sealed: who reads the database cannot use it.
 */
export async function queueLetter(
  ctx: Ctx,
  tx: Tx,
  { about, userId, token }: { about: LetterAbout; userId: string; token?: string },
): Promise<void> {
  if (!canMail(ctx)) return
  const sealedToken = token === undefined ? null : ctx.sealer.seal(token, seat(userId))
  await ctx.jobs.enqueue(tx, { kind, payload: { about, userId, sealedToken } })
}

/** Sends queued letters: again after a failure, for about an hour. */
export function registerLetters(ctx: Ctx): void {
  const { smtpUrl, mailFrom } = ctx.config
  if (smtpUrl === null || mailFrom === null) return
  const mailer = createMailer({ smtpUrl, from: mailFrom })
  ctx.jobs.register(
    kind,
    async (job) => {
      const { about, userId, sealedToken } = payload.parse(job.payload)
      const user = await findUser(ctx.db.q, userId)
      if (!user?.email || user.is_active !== 1) return
      const token = sealedToken === null ? '' : ctx.sealer.open(sealedToken, seat(userId))
      const letter = words(ctx, about, { name: user.name, token })
      const to = { name: user.name, address: user.email }
      const outcome = await mailer.send({ id: job.id, to, subject: letter.subject, ...renderLetter(letter) })
      if (outcome.ok) return
      if (outcome.reason === 'unreachable') throw new Error(`The mail server could not be reached: ${outcome.words}`)
      ctx.log.warn({ job: job.id, userId, about, words: outcome.words }, 'the mail server refused a letter for good')
    },
    { maxAttempts: 12, backoffMs: 2000 },
  )
}

function words(ctx: Ctx, about: LetterAbout, { name, token }: { name: string; token: string }): Letter {
  const greeting = `Hello ${name},`
  const host = new URL(ctx.config.publicUrl).host
  const signIn = { label: 'Sign in', url: ctx.config.publicUrl }
  switch (about) {
    case 'reset':
      return {
        subject: 'Choose a new password',
        greeting,
        paragraphs: ['Somebody asked for a new password for your account. The link works once, within 30 minutes.'],
        action: { label: 'Choose a new password', url: linkFor(ctx, 'password-reset', token) },
        closing: `It was not you? Then do nothing: your password stays as it is. Ticklegram at ${host}`,
      }
    case 'invitation':
      return {
        subject: 'You are invited to Ticklegram',
        greeting,
        paragraphs: [
          'An account was made for you in the inbox of your team. Choose a password to begin. The link works once, within 7 days.',
        ],
        action: { label: 'Choose a password', url: linkFor(ctx, 'invitation', token) },
        closing: `You do not know what this is about? Then do nothing. Ticklegram at ${host}`,
      }
    case 'password_changed':
      return {
        subject: 'Your password was changed',
        greeting,
        paragraphs: ['Your password was changed a moment ago. Sign-ins made with the old one are over.'],
        action: signIn,
        closing: `It was not you? Ask for a new password at once and tell an admin. Ticklegram at ${host}`,
      }
    case 'reset_by_admin':
      return {
        subject: 'An admin gave you a new password',
        greeting,
        paragraphs: [
          'An admin of your team has set a new password for you and ended your sign-ins. They will tell you the password themselves.',
        ],
        action: signIn,
        closing: `You did not expect this? Ask the admin. Ticklegram at ${host}`,
      }
  }
}
