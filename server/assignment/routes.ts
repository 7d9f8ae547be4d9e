import * as z from 'zod'
import { chat, chatAssignment } from '../../shared/chat.ts'
import { cursorQuery, id, idParams, pageOf } from '../../shared/common.ts'
import { getChat } from '../chats/queries.ts'
import { anyChatView } from '../chats/visibility.ts'
import { route } from '../platform/http/route.ts'
import { assignChat } from './assign-chat.ts'
import { listAssignments } from './queries.ts'

const assignment = z.strictObject({ userId: id.nullable(), note: z.string().trim().min(1).max(500).optional() })

export const assignmentRoutes = [
  route({
    method: 'PUT',
    path: '/chats/:id/assignment',
    permission: ['chat:assign', 'chat:claim'],
    summary: 'Take a chat, give it to somebody, or to nobody',
    params: idParams,
    body: assignment,
    response: chat,
    async handler(ctx, { params, body, actor }) {
      return assignChat(ctx, actor, { chatId: params.id, ...body })
    },
  }),
  route({
    method: 'GET',
    path: '/chats/:id/assignments',
    permission: anyChatView,
    summary: 'Why this chat came to whom',
    params: idParams,
    query: z.strictObject(cursorQuery),
    response: pageOf(chatAssignment),
    async handler(ctx, { params, query, actor }) {
      await getChat(ctx.db.q, actor, params.id, ctx.clock.now())
      return listAssignments(ctx.db.q, { chatId: params.id, ...query })
    },
  }),
] as const
