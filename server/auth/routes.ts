import * as z from 'zod'
import { myself } from '../../shared/account.ts'
import { meChange } from '../../shared/team.ts'
import { setUp as setUpBody, signIn as signInBody } from '../../shared/user.ts'
import { originOf } from '../audit/record-audit.ts'
import { route } from '../platform/http/route.ts'
import { updateMe } from '../team/update-user.ts'
import { getMyself } from './myself.ts'
import { clearSessionCookie, endSession, setSessionCookie, visitorOf } from './sessions.ts'
import { setUp } from './set-up.ts'
import { isSetupOpen } from './setup-token.ts'
import { signIn } from './sign-in.ts'

export const authRoutes = [
  route({
    method: 'GET',
    path: '/setup',
    permission: 'public',
    summary: 'Whether the first admin is still to be made',
    response: z.object({ needed: z.boolean() }),
    handler: async (ctx) => ({ needed: await isSetupOpen(ctx.db.q) }),
  }),
  route({
    method: 'POST',
    path: '/setup',
    permission: 'public',
    summary: 'Make the first admin by the one-time link, and sign in',
    body: setUpBody,
    response: myself,
    status: 201,
    handler: async (ctx, { body, request, reply }) => {
      const { token, userId } = await setUp(ctx, { ...body, visitor: visitorOf(request) })
      setSessionCookie(ctx, reply, token)
      return getMyself(ctx, userId)
    },
  }),
  route({
    method: 'POST',
    path: '/session',
    permission: 'public',
    summary: 'Sign in by e-mail, contact number or employee id',
    body: signInBody,
    response: myself,
    status: 201,
    handler: async (ctx, { body, actor, request, reply }) => {
      const { token, userId } = await signIn(ctx, { ...body, visitor: visitorOf(request) })
      // The session this browser had before is over: signing in never goes on with an old one.
      if (actor) await endSession(ctx, actor)
      setSessionCookie(ctx, reply, token)
      return getMyself(ctx, userId)
    },
  }),
  route({
    method: 'DELETE',
    path: '/session',
    permission: 'signed-in',
    summary: 'Sign out',
    handler: async (ctx, { actor, reply }) => {
      await endSession(ctx, actor)
      clearSessionCookie(ctx, reply)
    },
  }),
  route({
    method: 'GET',
    path: '/me',
    permission: 'signed-in',
    summary: 'Oneself, with what one may do',
    response: myself,
    handler: (ctx, { actor }) => getMyself(ctx, actor.userId),
  }),
  route({
    method: 'PATCH',
    path: '/me',
    permission: 'signed-in',
    summary: 'Change one’s own name or sign-in names, or turn new chats on or off',
    body: meChange,
    response: myself,
    handler: async (ctx, { actor, body, request }) => {
      await updateMe(ctx, { actor, request: originOf(request) }, body)
      return getMyself(ctx, actor.userId)
    },
  }),
] as const
