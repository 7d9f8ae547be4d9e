import type { FailureReason, ResolutionAction, SendState } from '../../shared/message.ts'

/** Sending the same words again can only be refused again. */
const hopeless: FailureReason[] = ['text_too_long', 'bad_request', 'tag_refused', 'recipient_unknown']

/**
 * What a person may do about a message that went wrong. A failed one was certainly not delivered, so trying again is
 * safe; one with an unknown outcome may have arrived, so sending it again is a decision only a person makes (SND-4).
 */
export function resolutionActions(state: SendState, reason: FailureReason, released: boolean): ResolutionAction[] {
  if (state === 'failed') return hopeless.includes(reason) ? [] : ['retry']
  if (state === 'unknown') return released ? [] : ['check', 'send_again', 'dismiss']
  return []
}
