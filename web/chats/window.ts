import type { MessagingWindow } from '../../shared/chat.ts'

const hour = 3_600_000
const closingSoon = 4 * hour

export type WindowNow =
  /** `soon`: under four hours are left. `share`: how much of the time is left, 0 to 1. */
  | { state: 'open'; left: number; share: number; soon: boolean; until: string; personUntil: string | null }
  | { state: 'human_agent'; left: number; share: number; until: string }
  | { state: 'closed'; since: string | null }
  | { state: 'none' }

/** The messaging window at this moment: times decide, since what the server said ages while it is on screen. */
export function windowAt(window: MessagingWindow, now: number): WindowNow {
  const { closesAt, humanAgentUntil } = window
  if (window.state === 'none' || !closesAt) return { state: 'none' }
  const left = Date.parse(closesAt) - now
  if (left > 0) {
    return {
      state: 'open',
      left,
      share: Math.min(1, left / (24 * hour)),
      soon: left < closingSoon,
      until: closesAt,
      personUntil: humanAgentUntil,
    }
  }
  const personLeft = humanAgentUntil ? Date.parse(humanAgentUntil) - now : 0
  if (personLeft > 0 && humanAgentUntil) {
    return {
      state: 'human_agent',
      left: personLeft,
      share: Math.min(1, personLeft / (6 * 24 * hour)),
      until: humanAgentUntil,
    }
  }
  return { state: 'closed', since: humanAgentUntil ?? closesAt }
}
