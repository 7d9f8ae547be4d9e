import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../api.ts'
import { text } from '../text.ts'
import { say, sayFailure } from '../ui/toast.tsx'
import { meQuery } from './session.ts'

/** Switches whether the rotation gives one new chats. */
export function useAvailability() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (canReceiveNewChats: boolean) =>
      (await call('PATCH /me', { body: { canReceiveNewChats } })).answer,
    onSuccess(me) {
      client.setQueryData(meQuery.queryKey, me)
      say(me.canReceiveNewChats ? text.own.nowAvailable : text.own.nowAway)
    },
    onError: () => sayFailure(text.own.availabilityFailed),
  })
}
