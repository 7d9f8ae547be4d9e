import { chat, chatCounts, chatQuery } from '../../shared/chat.ts'
import { idParams, pageOf } from '../../shared/common.ts'
import { seqHeader } from '../../shared/events.ts'
import { route } from '../platform/http/route.ts'
import { countChats } from './count-chats.ts'
import { listChats } from './list-chats.ts'
import { markRead } from './mark-read.ts'
import { getChat } from './queries.ts'
import { recently } from './recent-counts.ts'
import { anyChatView } from './visibility.ts'

export const chatRoutes = [
  route({
    method: 'GET',
    path: '/chats',
    permission: anyChatView,
    summary: 'The chats one may see, by last activity',
    query: chatQuery,
    response: pageOf(chat),
    async handler(ctx, { query, actor, reply }) {
      // Read before the rows, so that the answer is at least as new as this number (RT-3).
      reply.header(seqHeader, ctx.live.lastSeq())
      return listChats(ctx.db, actor, { query, now: ctx.clock.now() })
    },
  }),
  route({
    method: 'GET',
    path: '/chats/counts',
    permission: anyChatView,
    summary: 'How many chats each view and page holds, up to a limit',
    response: chatCounts,
    async handler(ctx, { actor }) {
      return recently(ctx.db, actor, () => countChats(ctx.db, actor, ctx.clock.now()))
    },
  }),
  route({
    method: 'GET',
    path: '/chats/:id',
    permission: anyChatView,
    summary: 'One chat',
    params: idParams,
    response: chat,
    async handler(ctx, { params, actor, reply }) {
      reply.header(seqHeader, ctx.live.lastSeq())
      return getChat(ctx.db.q, actor, params.id, ctx.clock.now())
    },
  }),
  route({
    method: 'POST',
    path: '/chats/:id/read',
    permission: anyChatView,
    summary: 'Clear the unread count, for whom it counts',
    params: idParams,
    response: chat,
    async handler(ctx, { params, actor }) {
      return markRead(ctx, actor, params.id)
    },
  }),
] as const
