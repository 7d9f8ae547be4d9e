import { currentPassword, recoveryCodes, totpCode, totpEnrolment, totpState } from '../../shared/account.ts'
import { AppError } from '../platform/errors.ts'
import { route } from '../platform/http/route.ts'
import { getMe } from '../team/get-me.ts'
import { confirmPassword } from './confirm-password.ts'
import { replaceRecoveryCodes } from './recovery-codes.ts'
import { confirmTotp, disableTotp, isTotpOn, startTotp, totpStateOf } from './totp.ts'

export const totpRoutes = [
  route({
    method: 'GET',
    path: '/me/totp',
    permission: 'signed-in',
    summary: 'Whether one’s second step is on, or demanded, and how many recovery codes are left',
    response: totpState,
    handler: async (ctx, { actor }) => totpStateOf(ctx, await getMe(ctx, actor.userId)),
  }),
  route({
    method: 'POST',
    path: '/me/totp',
    permission: 'signed-in',
    summary: 'Get a new secret for an authenticator app; in force only once confirmed',
    body: currentPassword,
    response: totpEnrolment,
    status: 201,
    handler: async (ctx, { actor, body, request }) => {
      await confirmPassword(ctx, { userId: actor.userId, password: body.password, ip: request.ip })
      const { email, name } = await getMe(ctx, actor.userId)
      return startTotp(ctx, { userId: actor.userId, label: email ?? name })
    },
  }),
  route({
    method: 'POST',
    path: '/me/totp/confirmation',
    permission: 'signed-in',
    summary: 'Put the second step in force with a first code; other sessions end',
    body: totpCode,
    response: recoveryCodes,
    handler: async (ctx, { actor, body, request }) => ({
      recoveryCodes: await confirmTotp(ctx, { ...actor, code: body.code, ip: request.ip }),
    }),
  }),
  route({
    method: 'POST',
    path: '/me/totp/recovery-codes',
    permission: 'signed-in',
    summary: 'Get new recovery codes; the ones before no longer work',
    body: currentPassword,
    response: recoveryCodes,
    handler: async (ctx, { actor, body, request }) => {
      await confirmPassword(ctx, { userId: actor.userId, password: body.password, ip: request.ip })
      if (!(await isTotpOn(ctx, actor.userId))) throw new AppError('totp_off', 409, 'Your second step is off.')
      return { recoveryCodes: await ctx.db.transaction((tx) => replaceRecoveryCodes(ctx, tx, actor.userId)) }
    },
  }),
  route({
    method: 'POST',
    path: '/me/totp/removal',
    permission: 'signed-in',
    summary: 'Turn the second step off, with the current password; not where it is demanded',
    body: currentPassword,
    handler: async (ctx, { actor, body, request }) => {
      await confirmPassword(ctx, { userId: actor.userId, password: body.password, ip: request.ip })
      await disableTotp(ctx, await getMe(ctx, actor.userId))
    },
  }),
] as const
