import * as z from 'zod'
import { linkParams, linkUse, oneTimeLink, passwordResetRequest } from '../../shared/account.ts'
import { route } from '../platform/http/route.ts'
import { canMail } from './letters.ts'
import { describeLink, requestReset, resetByLink } from './reset-password.ts'
import { network } from './throttle.ts'

export const resetRoutes = [
  route({
    method: 'GET',
    path: '/sign-in-options',
    permission: 'public',
    summary: 'What the sign-in page can offer: new passwords by mail, or only by an admin',
    response: z.object({ resetByMail: z.boolean() }),
    handler: async (ctx) => ({ resetByMail: canMail(ctx) }),
  }),
  route({
    method: 'POST',
    path: '/password-resets',
    permission: 'public',
    summary: 'Ask for a link to choose a new password; the answer is the same whoever the address belongs to',
    body: passwordResetRequest,
    status: 202,
    handler: (ctx, { body, request }) => requestReset(ctx, { email: body.email, ip: network(request.ip) }),
  }),
  route({
    method: 'GET',
    path: '/password-resets/:token',
    permission: 'public',
    summary: 'Whose one-time link this is: a reset or an invitation. Looking does not use it up',
    params: linkParams,
    response: oneTimeLink,
    handler: (ctx, { params }) => describeLink(ctx, params.token),
  }),
  route({
    method: 'POST',
    path: '/password-resets/use',
    permission: 'public',
    summary: 'Choose a password by a one-time link; it works once, and every session of the person ends',
    body: linkUse,
    handler: (ctx, { body }) => resetByLink(ctx, body),
  }),
] as const
