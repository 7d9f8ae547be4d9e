import * as z from 'zod'
import { id, idParams } from '../../shared/common.ts'
import { message, newMessage, resolutionAction } from '../../shared/message.ts'
import { AppError } from '../platform/errors.ts'
import { route } from '../platform/http/route.ts'
import { resolveMessage } from './resolve-message.ts'
import { sendMessage } from './send-message.ts'

const uuid = z.uuid().transform((v) => v.toLowerCase())

export const sendRoutes = [
  route({
    method: 'POST',
    path: '/chats/:id/messages',
    permission: ['chat:message'],
    summary: 'Answer in a chat. The header Idempotency-Key (a UUID) makes repeating the request safe',
    params: idParams,
    body: newMessage,
    response: message,
    status: 202,
    async handler(ctx, { params, body, actor, request }) {
      const key = uuid.safeParse(request.headers['idempotency-key'])
      if (!key.success)
        throw new AppError('bad_request', 400, 'The header Idempotency-Key must be a UUID, new for each message.')
      return sendMessage(ctx, actor, { chatId: params.id, idempotencyKey: key.data, ...body })
    },
  }),
  route({
    method: 'POST',
    path: '/chats/:id/messages/:messageId/resolution',
    permission: ['chat:message'],
    summary: 'Decide about a message that failed or is not confirmed',
    params: z.strictObject({ id, messageId: id }),
    body: z.strictObject({ action: resolutionAction }),
    response: message,
    async handler(ctx, { params, body, actor }) {
      return resolveMessage(ctx, actor, { chatId: params.id, messageId: params.messageId, action: body.action })
    },
  }),
] as const
