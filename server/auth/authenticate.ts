import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../ctx.ts'
import { fromDbTime } from '../platform/db/time.ts'
import type { Actor } from '../platform/http/route.ts'
import { type Authenticate, bearerOf } from '../platform/http/server.ts'
import { actorOf } from './actor.ts'
import { authenticateProgram } from './api-tokens.ts'
import { authMemory, type KnownSession } from './memory.ts'
import { findSession } from './queries.ts'
import { hashToken, sessionLife, tokenOf, touchSession } from './sessions.ts'

/** The last request is noted at most this often; a session may so end up to this much before its idle time. */
const noteEvery = 5 * 60_000

/** Who a request comes from, for HTTP and for the WebSocket's upgrade; null when nobody is signed in. */
export function authenticate(ctx: Ctx): Authenticate {
  return async (request: FastifyRequest): Promise<Actor | null> => {
    const bearer = bearerOf(request)
    if (bearer !== null) return authenticateProgram(ctx, bearer)
    const token = tokenOf(ctx.config, request)
    if (!token) return null
    const session = await knownSession(ctx, hashToken(token))
    const now = ctx.clock.now()
    if (!session || now >= session.expiresAt || now >= session.lastSeenAt + sessionLife.idle) return null
    if (now - session.lastSeenAt >= noteEvery) {
      session.lastSeenAt = now
      await touchSession(ctx.db.q, { sessionId: session.actor.sessionId, now })
    }
    return session.actor
  }
}

async function knownSession(ctx: Ctx, tokenHash: string): Promise<KnownSession | null> {
  const { sessions } = authMemory(ctx.db)
  const cached = sessions.get(tokenHash)
  if (cached) return cached
  const { generation } = sessions
  const row = await findSession(ctx.db.q, tokenHash)
  if (row?.is_active !== 1) return null
  const session: KnownSession = {
    actor: actorOf(ctx, row),
    lastSeenAt: fromDbTime(row.last_seen_at),
    expiresAt: fromDbTime(row.expires_at),
  }
  sessions.put(tokenHash, session, generation)
  return session
}
