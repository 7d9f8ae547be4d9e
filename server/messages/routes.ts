import * as z from 'zod'
import { cursorQuery, idParams, pageOf } from '../../shared/common.ts'
import { seqHeader } from '../../shared/events.ts'
import { message } from '../../shared/message.ts'
import { anyChatView } from '../chats/visibility.ts'
import { route } from '../platform/http/route.ts'
import { listMessages } from './queries.ts'

export const messageRoutes = [
  route({
    method: 'GET',
    path: '/chats/:id/messages',
    permission: anyChatView,
    summary: 'The messages of a chat, newest first',
    params: idParams,
    query: z.strictObject(cursorQuery),
    response: pageOf(message),
    async handler(ctx, { params, query, actor, reply }) {
      // Read before the rows, so that the answer is at least as new as this number (RT-3).
      reply.header(seqHeader, ctx.live.lastSeq())
      return listMessages(ctx.db, actor, { chatId: params.id, ...query })
    },
  }),
] as const
