import type { Platform } from '../../shared/common.ts'
import { textLength, textLimit } from '../../shared/text-limit.ts'
import type { KnownChannel } from '../channels/channel-for.ts'
import { messagingWindow } from '../meta/window.ts'
import { fromDbTime } from '../platform/db/time.ts'
import { AppError } from '../platform/errors.ts'

/** How a text may leave now: freely, under the human-agent tag, or not at all (SND-11). */
export type Way = 'free' | 'human_agent' | 'closed'

export function wayOut(lastIncomingAt: string | null, now: number, humanAgent: boolean): Way {
  const { state } = messagingWindow(lastIncomingAt === null ? null : fromDbTime(lastIncomingAt), now)
  if (state === 'open') return 'free'
  return state === 'human_agent' && humanAgent ? 'human_agent' : 'closed'
}

/** @throws AppError 422 `outside_window` with the window's state, so that the composer can offer what is left */
export function assertWindow(lastIncomingAt: string | null, now: number, humanAgent: boolean): void {
  if (wayOut(lastIncomingAt, now, humanAgent) !== 'closed') return
  const window = messagingWindow(lastIncomingAt === null ? null : fromDbTime(lastIncomingAt), now)
  throw new AppError('outside_window', 422, windowWords[window.state], { window })
}

const windowWords = {
  open: 'The messaging window is open.',
  human_agent:
    'More than 24 hours have passed. Send it as your own words (human agent), up to 7 days after the customer wrote.',
  closed: 'More than 7 days have passed since the customer wrote. Meta lets nothing through until they write again.',
  none: 'This customer has not written yet. Meta lets nothing through until they do.',
}

/** @throws AppError 422 `page_disconnected`, `page_inactive` */
export function assertChannel(channel: KnownChannel | null): asserts channel is KnownChannel {
  if (!channel)
    throw new AppError('page_disconnected', 422, 'The page or account of this chat is not connected any more.')
  if (!channel.isActive)
    throw new AppError('page_inactive', 422, 'The page of this chat is switched off. Nothing is sent from it.')
}

/** @throws AppError 422 `text_too_long`, `text_empty`; 400 for what is no text */
export function assertText(text: string, platform: Platform): void {
  // Half a character cannot be written as UTF-8, and a NUL does not survive every store: neither could leave as composed.
  if (/\p{Surrogate}|\0/u.test(text))
    throw new AppError('bad_request', 400, 'The text contains characters that cannot be sent.')
  if (text.trim() === '') throw new AppError('text_empty', 422, 'There is nothing to send.')
  const { max, unit } = textLimit[platform]
  const length = textLength(text, platform)
  if (length <= max) return
  throw new AppError('text_too_long', 422, `Meta takes at most ${max} ${unit} here; this text has ${length}.`, {
    length,
    max,
    unit,
  })
}
