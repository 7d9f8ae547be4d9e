import type { Platform } from '../../shared/common.ts'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import type { Channel } from '../meta/channel.ts'
import { UnsealError } from '../platform/crypto/seal.ts'
import type { Database } from '../platform/db/open.ts'

/** A channel as it is stored, with its token opened. */
export interface KnownChannel extends Channel {
  /** The row's id. */
  id: string
  /** `invalid` once Meta refused the token; until it is connected again nothing is sent. */
  tokenState: 'valid' | 'invalid'
}

/** What another process changed is seen after at most this long. */
const freshFor = 2000
const caches = new WeakMap<Database, Map<string, { channel: KnownChannel | null; readAt: number }>>()

/** The connected page or account, or null when it is not (or no longer) connected. Not for use inside a transaction. */
export async function channelFor(ctx: Ctx, platform: Platform, pageId: string): Promise<KnownChannel | null> {
  const cache = cacheOf(ctx.db)
  const key = `${platform}:${pageId}`
  const known = cache.get(key)
  if (known && performance.now() - known.readAt < freshFor) return known.channel
  const readAt = performance.now()
  const row = platform === 'FACEBOOK' ? await findPage(ctx.db.q, pageId) : await findAccount(ctx.db.q, pageId)
  const channel = row ? openChannel(ctx, row) : null
  // Forgotten while it was read: what was read may be what was replaced.
  if (caches.get(ctx.db) === cache) cache.set(key, { channel, readAt })
  return channel
}

/** Forgets opened tokens here at once, after a channel was changed. */
export const forgetChannels = (db: Database): boolean => caches.delete(db)

function cacheOf(db: Database) {
  const cache = caches.get(db) ?? new Map()
  caches.set(db, cache)
  return cache
}

type StoredChannel = Omit<KnownChannel, 'token'> & { sealed: string }

async function findPage(q: Db, pageId: string): Promise<StoredChannel | null> {
  const row = await q
    .selectFrom('facebook_pages')
    .select(['id', 'access_token', 'is_active', 'token_state'])
    .where('page_id', '=', pageId)
    .executeTakeFirst()
  if (!row) return null
  const { id, access_token: sealed, token_state: tokenState } = row
  return { id, platform: 'FACEBOOK', pageId, flavour: 'facebook', isActive: row.is_active === 1, tokenState, sealed }
}

/** The contract allows an account twice; the newest connection counts. */
async function findAccount(q: Db, pageId: string): Promise<StoredChannel | null> {
  const row = await q
    .selectFrom('instagram_accounts')
    .select(['id', 'access_token', 'login_type', 'token_state'])
    .where('page_id', '=', pageId)
    .orderBy('connected_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  if (!row) return null
  const { id, access_token: sealed, token_state: tokenState } = row
  return { id, platform: 'INSTAGRAM', pageId, flavour: row.login_type, isActive: true, tokenState, sealed }
}

function openChannel(ctx: Ctx, { sealed, ...stored }: StoredChannel): KnownChannel {
  const table = stored.platform === 'FACEBOOK' ? 'facebook_pages' : 'instagram_accounts'
  try {
    return { ...stored, token: ctx.sealer.open(sealed, { table, column: 'access_token', rowId: stored.id }) }
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    ctx.log.error(
      { table, id: stored.id, reason: error.reason },
      'a stored token cannot be opened; connect the channel again',
    )
    return { ...stored, token: '', tokenState: 'invalid' }
  }
}
