import { createHash, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import { authMemory } from './memory.ts'

/** A session ends after this long without a request, and after `absolute` in any case (AUT-5). Milliseconds. */
export const sessionLife = { idle: 12 * 3_600_000, absolute: 7 * 24 * 3_600_000 } as const

const tokenForm = /^[A-Za-z0-9_-]{43}$/

export const newToken = () => randomBytes(32).toString('base64url')
/** Only this is stored: who reads the database cannot sign in with what they find. */
export const hashToken = (token: string) => createHash('sha256').update(token).digest('hex')

export interface Visitor {
  ip: string
  userAgent: string | null
}

export const visitorOf = (request: FastifyRequest): Visitor => ({
  ip: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
})

/** Opens a session for a person who has just proved who they are, and clears away their expired ones. */
export async function startSession(
  tx: Tx,
  { userId, visitor, now }: { userId: string; visitor: Visitor; now: number },
): Promise<string> {
  const token = newToken()
  await tx.q.deleteFrom('sessions').where('user_id', '=', userId).where('expires_at', '<', dbTime(now)).execute()
  await insertAll(tx, 'sessions', [
    {
      id: newId(now),
      token_hash: hashToken(token),
      user_id: userId,
      created_at: dbTime(now),
      last_seen_at: dbTime(now),
      expires_at: dbTime(now + sessionLife.absolute),
      ip: visitor.ip.slice(0, 64),
      user_agent: visitor.userAgent?.slice(0, 255) ?? null,
    },
  ])
  return token
}

/** Ends one session, here at once and in other processes within their cache's second. */
export async function endSession(
  ctx: Ctx,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<void> {
  await ctx.db.transaction((tx) => endOneSession(ctx, tx, { sessionId, userId }))
}

/** The same in the caller's transaction. */
export async function endOneSession(
  ctx: Ctx,
  tx: Tx,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<void> {
  await tx.q.deleteFrom('sessions').where('id', '=', sessionId).execute()
  tx.change({ type: 'session.ended', userId, data: { sessionId } })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
}

/** Ends every session of a person, with their sockets. For the caller's transaction. */
export async function endSessionsOf(ctx: Ctx, tx: Tx, userId: string): Promise<void> {
  await tx.q.deleteFrom('sessions').where('user_id', '=', userId).execute()
  tx.change({ type: 'session.ended', userId })
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
}

/** Ends every session of a person but one, with their sockets. For the caller's transaction. */
export async function endOtherSessionsOf(
  ctx: Ctx,
  tx: Tx,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const others = await tx.q
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('id', '!=', sessionId)
    .execute()
  if (others.length > 0) {
    const ids = others.map((s) => s.id)
    await tx.q.deleteFrom('sessions').where('id', 'in', ids).execute()
  }
  for (const { id } of others) tx.change({ type: 'session.ended', userId, data: { sessionId: id } })
  // Also for the one that stays: what it may do can have changed.
  tx.afterCommit(() => authMemory(ctx.db).sessions.forgetUser(userId))
}

export async function touchSession(q: Db, { sessionId, now }: { sessionId: string; now: number }): Promise<void> {
  await q
    .updateTable('sessions')
    .set({ last_seen_at: dbTime(now) })
    .where('id', '=', sessionId)
    .execute()
}

const isHttps = (config: Config) => config.publicUrl.startsWith('https:')

/** `__Host-` binds the cookie to this very host over https; browsers refuse that name on plain http. */
export const cookieName = (config: Config) => (isHttps(config) ? '__Host-ticklegram' : 'ticklegram')

const cookieOptions = (config: Config) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(config) }) as const

export function setSessionCookie(ctx: Ctx, reply: FastifyReply, token: string): void {
  const maxAge = sessionLife.absolute / 1000
  reply.setCookie(cookieName(ctx.config), token, { ...cookieOptions(ctx.config), maxAge })
}

export function clearSessionCookie(ctx: Ctx, reply: FastifyReply): void {
  reply.clearCookie(cookieName(ctx.config), cookieOptions(ctx.config))
}

/** The session token a request carries, if it has the form of one. */
export function tokenOf(config: Config, request: FastifyRequest): string | null {
  const token = request.cookies[cookieName(config)]
  return token !== undefined && tokenForm.test(token) ? token : null
}
