import type { ApiToken } from '../../shared/account.ts'
import { type Permission, parsePermissions, permissionCodes } from '../../shared/permissions.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime, fromDbTime, isoTime } from '../platform/db/time.ts'
import { AppError, notFound } from '../platform/errors.ts'
import type { Actor } from '../platform/http/route.ts'
import { newId } from '../platform/ids.ts'
import { actorOf } from './actor.ts'
import { authMemory, type KnownSession } from './memory.ts'
import { findApiToken } from './queries.ts'
import { hashToken, newToken } from './sessions.ts'

/** Begins each token, so that people and scanners of leaked secrets know what it is. */
const prefix = 'tkl_'
const form = /^tkl_[A-Za-z0-9_-]{43}$/
const mostPerPerson = 20
const noteEvery = 60_000
const day = 24 * 3_600_000

interface Wanted {
  name: string
  permissions: readonly Permission[]
  expiresInDays: number
}

/**
 * Makes a token by which a program acts for a person, within these permissions. Only its hash is stored.
 * @throws AppError `permission_not_held` with details { permissions }, `too_many_api_tokens`
 */
export async function createApiToken(
  ctx: Ctx,
  { actor, wanted }: { actor: Actor; wanted: Wanted },
): Promise<ApiToken & { token: string }> {
  const lacking = wanted.permissions.filter((code) => !actor.permissions.has(code))
  if (lacking.length > 0) {
    throw new AppError('permission_not_held', 403, 'A token can do only what you may do yourself.', {
      permissions: lacking,
    })
  }
  const now = ctx.clock.now()
  const token = prefix + newToken()
  const row = {
    id: newId(now),
    user_id: actor.userId,
    name: wanted.name,
    token_hash: hashToken(token),
    permissions_json: JSON.stringify(permissionCodes.filter((code) => wanted.permissions.includes(code))),
    created_at: dbTime(now),
    expires_at: dbTime(now + wanted.expiresInDays * day),
    last_used_at: null,
  }
  await ctx.db.transaction(async (tx) => {
    await tx.q
      .deleteFrom('api_tokens')
      .where('user_id', '=', actor.userId)
      .where('expires_at', '<', dbTime(now - 30 * day))
      .execute()
    const { held } = await tx.q
      .selectFrom('api_tokens')
      .select((q) => q.fn.countAll<number>().as('held'))
      .where('user_id', '=', actor.userId)
      .executeTakeFirstOrThrow()
    if (Number(held) >= mostPerPerson) {
      throw new AppError('too_many_api_tokens', 409, `You have ${mostPerPerson} tokens. Revoke one you no longer need.`)
    }
    await insertAll(tx, 'api_tokens', [row])
  })
  return { ...apiTokenView(row), token }
}

/** A person's tokens, newest first; also those that have expired, for a month. */
export async function listApiTokens({ db }: Ctx, userId: string): Promise<ApiToken[]> {
  const rows = await db.q
    .selectFrom('api_tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .execute()
  return rows.map(apiTokenView)
}

/** @throws AppError `not_found`, also for somebody else's token */
export async function revokeApiToken(ctx: Ctx, { userId, id }: { userId: string; id: string }): Promise<void> {
  const { numDeletedRows } = await ctx.db.q
    .deleteFrom('api_tokens')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) throw notFound('token')
  authMemory(ctx.db).sessions.forgetUser(userId)
}

const apiTokenView = (row: {
  id: string
  name: string
  permissions_json: string
  created_at: string
  expires_at: string
  last_used_at: string | null
}): ApiToken => ({
  id: row.id,
  name: row.name,
  permissions: parsePermissions(row.permissions_json),
  createdAt: isoTime(row.created_at),
  expiresAt: isoTime(row.expires_at),
  lastUsedAt: isoTime(row.last_used_at),
})

/** Who a program acts for by this token, with what both the token and the person allow at this moment; else null. */
export async function authenticateProgram(ctx: Ctx, token: string): Promise<Actor | null> {
  if (!form.test(token)) return null
  const known = await knownToken(ctx, hashToken(token))
  const now = ctx.clock.now()
  if (!known || now >= known.expiresAt) return null
  if (now - known.lastSeenAt >= noteEvery) {
    known.lastSeenAt = now
    await ctx.db.q
      .updateTable('api_tokens')
      .set({ last_used_at: dbTime(now) })
      .where('id', '=', known.actor.sessionId)
      .execute()
  }
  return known.actor
}

async function knownToken(ctx: Ctx, tokenHash: string): Promise<KnownSession | null> {
  const { sessions } = authMemory(ctx.db)
  const cached = sessions.get(tokenHash)
  if (cached) return cached
  const { generation } = sessions
  const row = await findApiToken(ctx.db.q, tokenHash)
  if (row?.is_active !== 1) return null
  const person = actorOf(ctx, row)
  const granted = parsePermissions(row.granted_json).filter((code) => person.permissions.has(code))
  const known: KnownSession = {
    // Never an admin: that role stands for everything, a token for what it names.
    actor: { ...person, role: 'agent', permissions: new Set(granted), apiTokenId: row.id },
    lastSeenAt: row.last_used_at === null ? 0 : fromDbTime(row.last_used_at),
    expiresAt: fromDbTime(row.expires_at),
  }
  sessions.put(tokenHash, known, generation)
  return known
}
