import type { ChatAssignment, MessageSender } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { daysApart } from '../dates.ts'

export type TimelineItem =
  | { type: 'day'; key: string; at: number }
  | { type: 'unread'; key: string }
  | { type: 'event'; key: string; assignment: ChatAssignment }
  | { type: 'group'; key: string; out: boolean; messages: Message[] }

interface Input {
  /** Oldest first. */
  messages: Message[]
  assignments: ChatAssignment[]
  /** The first message that was unread when the chat was opened. */
  firstUnreadId: string | null
  /** Whether the first message here is the first there is. */
  complete: boolean
}

/** Whether our side wrote it: an agent, or the page itself from one of Meta's apps. */
export const isOurs = (sender: MessageSender) => sender !== 'INSTAGRAM_USER' && sender !== 'FACEBOOK_USER'

const pause = 5 * 60_000

const needsWords = (message: Message) => message.failure !== null || message.state === 'unknown'

/** Whether two neighbours read as one turn of one person. */
const together = (a: Message, b: Message) =>
  a.sender === b.sender &&
  a.origin === b.origin &&
  a.sentBy?.id === b.sentBy?.id &&
  !needsWords(a) &&
  !needsWords(b) &&
  Date.parse(b.timestamp) - Date.parse(a.timestamp) < pause

/** A thread as it is read: days, turns, what happened in between, and where the unread part begins. */
export function timeline({ messages, assignments, firstUnreadId, complete }: Input): TimelineItem[] {
  const items: TimelineItem[] = []
  const start = messages[0] ? Date.parse(messages[0].timestamp) : 0
  const events = assignments
    .filter((assignment) => complete || Date.parse(assignment.at) >= start)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  let shownDay: number | null = null
  const openDay = (at: number) => {
    if (shownDay !== null && daysApart(shownDay, at) === 0) return
    shownDay = at
    items.push({ type: 'day', key: `day-${new Date(at).toDateString()}`, at })
  }
  const tell = (assignment: ChatAssignment) => {
    openDay(Date.parse(assignment.at))
    items.push({ type: 'event', key: assignment.id, assignment })
  }
  for (const message of messages) {
    const at = Date.parse(message.timestamp)
    for (; events[0] && Date.parse(events[0].at) < at; events.shift()) tell(events[0])
    openDay(at)
    if (message.id === firstUnreadId) items.push({ type: 'unread', key: 'unread' })
    const last = items.at(-1)
    const previous = last?.type === 'group' ? last.messages.at(-1) : undefined
    if (last?.type === 'group' && previous && together(previous, message)) last.messages.push(message)
    else
      items.push({
        type: 'group',
        key: message.clientKey ?? message.id,
        out: isOurs(message.sender),
        messages: [message],
      })
  }
  for (const event of events) tell(event)
  return items
}

/** The n-th customer message from the end, where n is how many were unread. `messages` oldest first. */
export function firstUnread(messages: Message[], unread: number): string | null {
  const incoming = messages.filter((message) => !isOurs(message.sender))
  return unread > 0 ? (incoming.at(-unread)?.id ?? incoming[0]?.id ?? null) : null
}
