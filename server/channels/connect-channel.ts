import * as z from 'zod'
import { metaId, type Platform } from '../../shared/common.ts'
import type { Ctx } from '../ctx.ts'
import type { Channel } from '../meta/channel.ts'
import { insertAll, nextNumbers } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { enqueueReplayOf } from '../webhooks/replay-job.ts'
import { forgetChannels } from './channel-for.ts'

const newChannel = z.strictObject({
  platform: z.enum(['FACEBOOK', 'INSTAGRAM']),
  pageId: metaId,
  /** The page's name, or the account's user name. */
  name: z.string().trim().min(1).max(255),
  /** Which login the token came from; Meta tells when it is asked. A page's always comes from Facebook's. */
  flavour: z.enum(['facebook', 'instagram']).optional(),
  token: z.string().trim().min(1, 'is empty'),
  userId: z.string(),
  /** Ask Meta first whether this token speaks for this channel. */
  verify: z.boolean(),
})
export type NewChannel = z.input<typeof newChannel>

/**
 * Connects a page or account, or gives a connected one its new token. Whether it is active stays as it was.
 * @throws AppError `invalid_channel`, `token_refused`, `token_too_long`
 */
export async function connectChannel(ctx: Ctx, input: NewChannel): Promise<{ id: string; isNew: boolean }> {
  const parsed = newChannel.safeParse(input)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)
    throw new AppError('invalid_channel', 400, faults.join('; '), { faults })
  }
  const { verify, ...wanted } = parsed.data
  const flavour = verify ? await askMeta(ctx, wanted) : (wanted.flavour ?? usualLogin[wanted.platform])
  if (wanted.platform === 'FACEBOOK' && flavour !== 'facebook') {
    throw new AppError('invalid_channel', 400, 'A Facebook page is connected by Facebook Login.')
  }
  const channel = { ...wanted, flavour }
  return ctx.db.transaction(async (tx) => {
    // One connection at a time: the contract has no unique key on an account's id, and this number is taken under a lock.
    await nextNumbers(tx, 'connections', 1)
    const written = await (channel.platform === 'FACEBOOK' ? writePage : writeAccount)(ctx, tx, channel)
    await enqueueReplayOf(ctx, tx, { accountId: channel.pageId })
    tx.change({ type: 'channels.updated' })
    tx.afterCommit(() => forgetChannels(ctx.db))
    return written
  })
}

type WantedChannel = Omit<z.output<typeof newChannel>, 'verify'>
type ReadyChannel = WantedChannel & Pick<Channel, 'flavour'>

const usualLogin = { FACEBOOK: 'facebook', INSTAGRAM: 'instagram' } as const

async function askMeta(ctx: Ctx, { platform, pageId, token, flavour }: WantedChannel): Promise<Channel['flavour']> {
  const answer = await ctx.graph.verifyChannel({ platform, pageId, token, ...(flavour ? { flavour } : {}) })
  if (answer.ok) return answer.flavour
  throw new AppError('token_refused', 422, `Meta does not accept this token for ${pageId}: ${answer.text}`)
}

async function writePage(ctx: Ctx, tx: Tx, { pageId, name, token, userId }: ReadyChannel) {
  const table = 'facebook_pages'
  const known = await tx.q.selectFrom(table).select('id').where('page_id', '=', pageId).executeTakeFirst()
  const id = known?.id ?? newId()
  const now = dbTime(ctx.clock.now())
  const row = {
    user_id: userId,
    page_name: name,
    access_token: ctx.sealer.seal(token, { table, column: 'access_token', rowId: id }),
    token_state: 'valid',
    connected_at: now,
    updated_at: now,
  } as const
  if (known) await tx.q.updateTable('facebook_pages').set(row).where('id', '=', id).execute()
  else await insertAll(tx, 'facebook_pages', [{ id, page_id: pageId, ...row }])
  return { id, isNew: !known }
}

async function writeAccount(ctx: Ctx, tx: Tx, { pageId, name, token, userId, flavour }: ReadyChannel) {
  const table = 'instagram_accounts'
  const known = await tx.q
    .selectFrom(table)
    .select('id')
    .where('page_id', '=', pageId)
    .orderBy('connected_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  const id = known?.id ?? newId()
  const row = {
    user_id: userId,
    username: name.replace(/^@/, ''),
    access_token: ctx.sealer.seal(token, { table, column: 'access_token', rowId: id }),
    login_type: flavour,
    token_state: 'valid',
    connected_at: dbTime(ctx.clock.now()),
  } as const
  if (known) await tx.q.updateTable('instagram_accounts').set(row).where('id', '=', id).execute()
  else await insertAll(tx, 'instagram_accounts', [{ id, page_id: pageId, ...row }])
  return { id, isNew: !known }
}

/** Notes that Meta refused a channel's token (190), or took it again. In the caller's transaction. */
export async function noteTokenState(
  ctx: Ctx,
  tx: Tx,
  { platform, pageId, state }: Pick<Channel, 'pageId'> & { platform: Platform; state: 'valid' | 'invalid' },
): Promise<void> {
  const set = { token_state: state }
  const changed =
    platform === 'FACEBOOK'
      ? await tx.q
          .updateTable('facebook_pages')
          .set(set)
          .where('page_id', '=', pageId)
          .where('token_state', '!=', state)
          .executeTakeFirstOrThrow()
      : await tx.q
          .updateTable('instagram_accounts')
          .set(set)
          .where('page_id', '=', pageId)
          .where('token_state', '!=', state)
          .executeTakeFirstOrThrow()
  if (changed.numUpdatedRows === 0n) return
  tx.change({ type: 'channels.updated' })
  tx.afterCommit(() => forgetChannels(ctx.db))
}
