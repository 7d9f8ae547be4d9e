import { idParams, pageOf } from '../../shared/common.ts'
import { ownSession, passwordChange } from '../../shared/team.ts'
import { originOf } from '../audit/record-audit.ts'
import { route } from '../platform/http/route.ts'
import { changeOwnPassword, endOwnOtherSessions, endOwnSession, ownSessions } from './own-account.ts'

export const accountRoutes = [
  route({
    method: 'PUT',
    path: '/me/password',
    permission: 'signed-in',
    summary: 'Change one’s own password; other sessions end',
    body: passwordChange,
    handler: (ctx, { body, actor, request }) => changeOwnPassword(ctx, { actor, request: originOf(request) }, body),
  }),
  route({
    method: 'GET',
    path: '/me/sessions',
    permission: 'signed-in',
    summary: 'Where one is signed in',
    response: pageOf(ownSession),
    handler: async (ctx, { actor }) => ({ items: await ownSessions(ctx, { actor }), next: null }),
  }),
  route({
    method: 'DELETE',
    path: '/me/sessions',
    permission: 'signed-in',
    summary: 'End all of one’s own sessions but this one',
    handler: (ctx, { actor, request }) => endOwnOtherSessions(ctx, { actor, request: originOf(request) }),
  }),
  route({
    method: 'DELETE',
    path: '/me/sessions/:id',
    permission: 'signed-in',
    summary: 'End one of one’s own sessions',
    params: idParams,
    handler: (ctx, { params, actor, request }) => endOwnSession(ctx, { actor, request: originOf(request) }, params.id),
  }),
] as const
