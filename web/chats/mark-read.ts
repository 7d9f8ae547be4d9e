import { useMutation } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import type { Me } from '../../shared/user.ts'
import { call } from '../api.ts'
import { may } from '../auth/session.ts'
import { putChat } from './put-chat.ts'

/** Reading counts for whoever has the chat; while nobody has it, for anyone who can answer. Looking in clears nothing. */
export const canMarkRead = (me: Me, chat: Chat) =>
  chat.assignedTo === me.id || (chat.assignedTo === null && may(me, 'chat:message'))

export function useMarkRead() {
  return useMutation({
    mutationFn: async (id: string) => (await call('POST /chats/:id/read', { id })).answer,
    onSuccess: putChat,
  })
}
