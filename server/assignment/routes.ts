import * as z from 'zod'
import { assignment, assignmentResult, bulkAssignment, eligibility, eligibilityQuery } from '../../shared/assignment.ts'
import { chat, chatAssignment } from '../../shared/chat.ts'
import { cursorQuery, idParams, pageOf } from '../../shared/common.ts'
import { originOf } from '../audit/record-audit.ts'
import { getChat } from '../chats/queries.ts'
import { anyChatView } from '../chats/visibility.ts'
import { route } from '../platform/http/route.ts'
import { assignChat } from './assign-chat.ts'
import { assignChats } from './assign-chats.ts'
import { explainEligibility } from './explain-eligibility.ts'
import { listAssignments } from './queries.ts'

export const assignmentRoutes = [
  route({
    method: 'PUT',
    path: '/chats/:id/assignment',
    permission: ['chat:assign', 'chat:claim'],
    summary: 'Take a chat, give it to somebody, or to nobody',
    params: idParams,
    body: assignment,
    response: chat,
    async handler(ctx, { params, body, actor, request }) {
      return assignChat(ctx, { actor, request: originOf(request) }, { chatId: params.id, ...body })
    },
  }),
  route({
    method: 'PUT',
    path: '/chats/assignments',
    permission: ['chat:assign'],
    summary: 'Give many chats to somebody or to nobody; each says what became of it',
    body: bulkAssignment,
    response: z.object({ results: z.array(assignmentResult) }),
    async handler(ctx, { body, actor, request }) {
      return { results: await assignChats(ctx, { actor, request: originOf(request) }, body) }
    },
  }),
  route({
    method: 'GET',
    path: '/chats/:id/eligibility',
    permission: ['chat:assign'],
    summary: 'Who would be handed this chat now, who not and why',
    params: idParams,
    query: eligibilityQuery,
    response: eligibility,
    handler: (ctx, { params, query, actor }) => explainEligibility(ctx, actor, { chatId: params.id, ...query }),
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
