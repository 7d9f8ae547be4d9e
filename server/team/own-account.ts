import type { z } from 'zod'
import type { OwnSession, passwordChange } from '../../shared/team.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import { confirmPassword } from '../auth/confirm-password.ts'
import { queueLetter } from '../auth/letters.ts'
import { hashPassword } from '../auth/password.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { endOneSession, endOtherSessionsOf } from '../auth/sessions.ts'
import type { Ctx } from '../ctx.ts'
import { isoTime } from '../platform/db/time.ts'
import { notFound } from '../platform/errors.ts'
import { setOwnPassword } from './change-password.ts'
import { findUser } from './queries.ts'

/**
 * Gives oneself a new password. All other sessions and sockets end, this one stays (AUT-10).
 * @throws AppError `wrong_password`, `weak_password`, `too_many_attempts`
 */
export async function changeOwnPassword(
  ctx: Ctx,
  asker: Asker,
  { currentPassword, newPassword }: z.output<typeof passwordChange>,
): Promise<void> {
  const { userId, sessionId } = asker.actor
  await confirmPassword(ctx, { userId, password: currentPassword, ip: asker.request.ip })
  const me = await findUser(ctx.db.q, userId)
  if (!me) throw notFound('user')
  assertGoodPassword(newPassword, { ...me, contactNumber: me.contact_number, empId: me.emp_id })
  const passwordHash = await hashPassword(newPassword)
  await ctx.db.transaction(async (tx) => {
    await setOwnPassword(ctx, tx, { userId, sessionId, passwordHash })
    await queueLetter(ctx, tx, { about: 'password_changed', userId })
    record(ctx, asker, tx, 'password.changed', null)
  })
}

type Recorded = Parameters<typeof recordAudit>[0]

function record(
  ctx: Ctx,
  asker: Asker,
  tx: Recorded,
  action: 'password.changed' | 'session.ended',
  after: Record<string, unknown> | null,
): void {
  const { userId, name } = asker.actor
  recordAudit(tx, {
    ...asker,
    action,
    targetType: 'user',
    targetId: userId,
    targetName: name,
    after,
    at: ctx.clock.now(),
  })
}

/** Where one is signed in, the newest use first. */
export async function ownSessions(ctx: Ctx, { actor }: Pick<Asker, 'actor'>): Promise<OwnSession[]> {
  const rows = await ctx.db.q
    .selectFrom('sessions')
    .select(['id', 'created_at', 'last_seen_at', 'expires_at', 'ip', 'user_agent'])
    .where('user_id', '=', actor.userId)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    createdAt: isoTime(row.created_at),
    lastSeenAt: isoTime(row.last_seen_at),
    expiresAt: isoTime(row.expires_at),
    ip: row.ip,
    userAgent: row.user_agent,
    isThisOne: row.id === actor.sessionId,
  }))
}

/** Ends one of one's own sessions. @throws AppError 404 also for somebody else's (AZ-3) */
export async function endOwnSession(ctx: Ctx, asker: Asker, sessionId: string): Promise<void> {
  const { userId } = asker.actor
  const row = await ctx.db.q
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw notFound('session')
  await ctx.db.transaction(async (tx) => {
    await endOneSession(ctx, tx, { sessionId, userId })
    record(ctx, asker, tx, 'session.ended', { session: sessionId })
  })
}

/** Ends all of one's own sessions but this one. */
export async function endOwnOtherSessions(ctx: Ctx, asker: Asker): Promise<void> {
  const { userId, sessionId } = asker.actor
  await ctx.db.transaction(async (tx) => {
    await endOtherSessionsOf(ctx, tx, { userId, sessionId })
    record(ctx, asker, tx, 'session.ended', { sessions: 'others' })
  })
}
