import * as z from 'zod'
import { apiToken, madeApiToken, newApiToken } from '../../shared/account.ts'
import { cursorQuery, idParams, pageOf } from '../../shared/common.ts'
import { cutPage } from '../platform/cut-page.ts'
import { route } from '../platform/http/route.ts'
import { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts'
import { confirmPassword } from './confirm-password.ts'

export const apiTokenRoutes = [
  route({
    method: 'GET',
    path: '/me/api-tokens',
    permission: 'signed-in',
    summary: 'One’s tokens for programs, newest first',
    query: z.strictObject(cursorQuery),
    response: pageOf(apiToken),
    handler: async (ctx, { actor, query }) => cutPage(await listApiTokens(ctx, actor.userId), query),
  }),
  route({
    method: 'POST',
    path: '/me/api-tokens',
    permission: 'signed-in',
    summary: 'Make a token for a program, within what one may do oneself; shown this once',
    body: newApiToken,
    response: madeApiToken,
    status: 201,
    handler: async (ctx, { actor, body: { password, ...wanted }, request }) => {
      await confirmPassword(ctx, { userId: actor.userId, password, ip: request.ip })
      return createApiToken(ctx, { actor, wanted })
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/api-tokens/:id',
    permission: 'signed-in',
    summary: 'Revoke a token',
    params: idParams,
    handler: (ctx, { actor, params }) => revokeApiToken(ctx, { userId: actor.userId, id: params.id }),
  }),
] as const
