import * as z from 'zod'
import { cursorQuery, pageOf } from '../../shared/common.ts'
import { user } from '../../shared/user.ts'
import { route } from '../platform/http/route.ts'
import { usersPage } from './list-users.ts'

export const teamRoutes = [
  route({
    method: 'GET',
    path: '/users',
    permission: ['chat:assign'],
    summary: 'People; with assignable=true those who may be given chats',
    query: z.strictObject({
      ...cursorQuery,
      assignable: z.enum(['true', 'false']).default('false'),
      q: z.string().trim().max(100).optional(),
    }),
    response: pageOf(user),
    handler: (ctx, { query }) => usersPage(ctx, { ...query, assignable: query.assignable === 'true' }),
  }),
] as const
