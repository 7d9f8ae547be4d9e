import type { ChatAssignment } from '../../shared/chat.ts'
import type { Me } from '../../shared/user.ts'
import { text } from '../text.ts'

/** What happened to a chat, in words for the one who reads it. */
export function reasonWords({ reason, to, by }: ChatAssignment, me: Me): string {
  const from = by ? (by.id === me.id ? text.youUpper : by.name) : text.somebody
  const target = to
    ? to.id === me.id
      ? reason === 'claimed'
        ? text.youUpper
        : text.youLower
      : to.name
    : text.somebody
  return text.reason[reason](target, from)
}

/** What else is known: the note, or how the rotation decided. */
export function reasonDetail({ reason, eligible, note, from, to }: ChatAssignment): string | null {
  if (note) return `“${note}”`
  if (reason === 'no_one_eligible') return text.reasonDetail.nobody
  if (reason === 'rotation' && eligible) return text.reasonDetail.next(eligible)
  return from && to && reason !== 'rotation' ? text.reasonDetail.from(from.name) : null
}
