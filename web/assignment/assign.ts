import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Chat } from '../../shared/chat.ts'
import type { Person } from '../../shared/common.ts'
import type { Me } from '../../shared/user.ts'
import { ApiError, call } from '../api.ts'
import { may } from '../auth/session.ts'
import { putChat } from '../chats/put-chat.ts'
import { text } from '../text.ts'
import { say, sayFailure } from '../ui/toast.tsx'

/** Whether somebody may take this chat now: it has no owner, or they may move chats anyway. */
export const claimable = (me: Me, chat: Chat) =>
  chat.assignedTo === null ? may(me, 'chat:claim', 'chat:assign') : chat.assignedTo !== me.id && may(me, 'chat:assign')

interface Move {
  chat: Chat
  /** `null` leaves it without an owner. */
  to: Person | null
  /** A move that takes another back offers no way back itself. */
  undoing?: boolean
}

/** Gives a chat to somebody, takes it, or leaves it to nobody; says who was quicker when somebody was. */
export function useAssign() {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: async ({ chat, to }: Move) =>
      (await call('PUT /chats/:id/assignment', { id: chat.id, body: { userId: to?.id ?? null } })).answer,
    onSuccess(after, { chat, to, undoing }) {
      putChat(after)
      void client.invalidateQueries({ queryKey: ['assignments', chat.id] })
      void client.invalidateQueries({ queryKey: ['counts'] })
      const me = client.getQueryData<Me>(['me'])
      const words =
        to === null ? text.assign.unassigned : to.id === me?.id ? text.assign.taken : text.assign.done(to.name)
      const back =
        !undoing && me && may(me, 'chat:assign')
          ? { label: text.assign.undo, run: () => mutation.mutate({ chat: after, to: chat.assignee, undoing: true }) }
          : undefined
      say(words, back)
    },
    onError(error, { chat }) {
      if (!(error instanceof ApiError)) return sayFailure(text.assign.failed)
      if (error.code === 'not_assignable') return sayFailure(text.assign.notAssignable)
      if (error.code !== 'already_assigned') return sayFailure(text.assign.failed)
      const name = winner(error.details)
      sayFailure(name ? text.assign.lost(name) : text.assign.lostUnknown)
      void client.invalidateQueries({ queryKey: ['chat', chat.id] })
    },
  })
  return mutation
}

function winner(details: unknown): string | null {
  const assignee =
    details && typeof details === 'object' ? (details as { assignee?: Partial<Person> | null }).assignee : null
  return assignee?.name ?? null
}
