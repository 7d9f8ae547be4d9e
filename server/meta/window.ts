import type { MessagingWindow } from '../../shared/chat.ts'

const hour = 3_600_000
/** Free answers: 24 hours from the customer's last opening action (meta-platform 3.5). */
export const openFor = 24 * hour
/** A person's own words under the HUMAN_AGENT tag: 7 days from the same moment (meta-platform 3.6). */
export const humanAgentFor = 7 * 24 * hour
/** How much of the open window is left when a chat counts as closing soon. */
export const closingWithin = 4 * hour

/**
 * The messaging window at a moment, both in milliseconds. A window of 24 hours is over at 24:00:00.000, still open one
 * millisecond before (SND-11). A customer's clock ahead of ours leaves it open.
 */
export function messagingWindow(lastIncomingAt: number | null, now: number): MessagingWindow {
  if (lastIncomingAt === null) return { state: 'none', closesAt: null, humanAgentUntil: null }
  const age = now - lastIncomingAt
  return {
    state: age < openFor ? 'open' : age < humanAgentFor ? 'human_agent' : 'closed',
    closesAt: new Date(lastIncomingAt + openFor).toISOString(),
    humanAgentUntil: new Date(lastIncomingAt + humanAgentFor).toISOString(),
  }
}

/** The last incoming times, as an open interval below and a closed one above, of windows that close soon. */
export const closingSoonRange = (now: number) => ({ after: now - openFor, until: now - openFor + closingWithin })
