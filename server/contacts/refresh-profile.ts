import * as z from 'zod'
import { platform } from '../../shared/common.ts'
import { channelFor } from '../channels/channel-for.ts'
import { setContactName } from '../chats/name-chat.ts'
import type { Ctx } from '../ctx.ts'
import type { Profile } from '../meta/graph.ts'
import { dbTime, fromDbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import type { Again } from '../platform/jobs/jobs.ts'

const wanted = z.object({ platform, pageId: z.string(), contactId: z.string() })
type Wanted = z.infer<typeof wanted>

/** A profile is looked up again after a day at the earliest; so is one that Meta would not show. */
const freshForMs = 24 * 3600_000
const tryLaterMs = 60_000

/** Registers the job `profile` that ingest asks for when it meets a contact. */
export function registerProfileJob(ctx: Ctx): void {
  ctx.jobs.register('profile', ({ payload }) => refreshProfile(ctx, wanted.parse(payload)))
}

/**
 * Fetches a contact's name and username and writes them to the contact and its chats. That Meta does not show somebody
 * (no consent, blocked) is an answer like another: remembered, and not asked again soon.
 * @throws Error when Meta could not be asked, so that the job comes back
 */
export async function refreshProfile(ctx: Ctx, { platform, pageId, contactId }: Wanted): Promise<Again | undefined> {
  const checkedAt = await findCheckedAt(ctx.db, { platform, contactId })
  if (checkedAt !== null && ctx.clock.now() - checkedAt < freshForMs) return undefined
  const channel = await channelFor(ctx, platform, pageId)
  if (!channel || channel.tokenState === 'invalid') return undefined
  const answer = await ctx.graph.profile(channel, contactId)
  if (!answer.ok && answer.reason === 'rate_limited') return { againInMs: answer.retryAfterMs ?? tryLaterMs }
  if (!answer.ok && (answer.retryable || answer.outcome === 'unknown'))
    throw new Error(`profile: ${answer.reason} ${answer.code ?? ''}`)
  const profile: Profile = answer.ok ? answer : { name: null, username: null }
  await ctx.db.transaction((tx) => storeProfile(ctx, tx, { platform, contactId, profile }))
  return undefined
}

type Contact = Pick<Wanted, 'platform' | 'contactId'>

async function findCheckedAt({ q }: Pick<Tx, 'q'>, { platform, contactId }: Contact): Promise<number | null> {
  const row =
    platform === 'INSTAGRAM'
      ? await q
          .selectFrom('instagram_users')
          .select('profile_checked_at')
          .where('igsid', '=', contactId)
          .executeTakeFirst()
      : await q.selectFrom('facebook_users').select('profile_checked_at').where('id', '=', contactId).executeTakeFirst()
  return row?.profile_checked_at ? fromDbTime(row.profile_checked_at) : null
}

async function storeProfile(
  ctx: Ctx,
  tx: Tx,
  { platform, contactId, profile }: Contact & { profile: Profile },
): Promise<void> {
  const { name, username } = profile
  const set = {
    profile_checked_at: dbTime(ctx.clock.now()),
    ...(name === null ? {} : { name: name.slice(0, 255) }),
    ...(username === null ? {} : { username: username.slice(0, 255) }),
  }
  // Both engines touch `last_seen_at` with every update that leaves it as it was; nobody was seen here, so it is put back.
  if (platform === 'INSTAGRAM') {
    const seen = await tx.q
      .selectFrom('instagram_users')
      .select('last_seen_at')
      .where('igsid', '=', contactId)
      .executeTakeFirst()
    if (!seen) return
    await tx.q.updateTable('instagram_users').set(set).where('igsid', '=', contactId).execute()
    await tx.q.updateTable('instagram_users').set(seen).where('igsid', '=', contactId).execute()
  } else {
    const seen = await tx.q
      .selectFrom('facebook_users')
      .select('last_seen_at')
      .where('id', '=', contactId)
      .executeTakeFirst()
    if (!seen) return
    await tx.q.updateTable('facebook_users').set(set).where('id', '=', contactId).execute()
    await tx.q.updateTable('facebook_users').set(seen).where('id', '=', contactId).execute()
  }
  const shown = name ?? username
  if (shown !== null) await setContactName(tx, { platform, contactId, name: shown })
}
