import type { Sandbox } from '../context.ts'
import { type GraphAnswer, type GraphCall, objectParam, ok } from './call.ts'
import { badParameter } from './errors.ts'
import type { Addressed } from './send-message.ts'

/** Typing dots go away by themselves when nothing follows. */
const TYPING_MS = 20_000

const EMOJI: Record<string, string> = { love: '❤️', like: '👍', smile: '😊', wow: '😮', sad: '😢', angry: '😠' }

export function performSenderAction(
  sandbox: Sandbox,
  call: GraphCall,
  { thread, person }: Addressed,
  action: string,
): GraphAnswer {
  if (call.params.message !== undefined) throw badParameter('sender_action must be sent without a message')
  switch (action.toLowerCase()) {
    case 'typing_on':
      thread.pageTypingUntil = Date.now() + TYPING_MS
      setTimeout(() => sandbox.changed(thread.id), TYPING_MS).unref()
      break
    case 'typing_off':
      thread.pageTypingUntil = null
      break
    case 'mark_seen':
      thread.seenByPageAt = sandbox.clock()
      break
    case 'react':
    case 'unreact':
      react(call, thread, action.toLowerCase() === 'react')
      break
    default:
      throw badParameter('Param sender_action must be one of {typing_on, typing_off, mark_seen, react, unreact}')
  }
  sandbox.changed(thread.id)
  return ok({ recipient_id: person.id })
}

function react(call: GraphCall, thread: Addressed['thread'], add: boolean): void {
  const payload = objectParam(call, 'payload')
  const message = thread.messages.find((candidate) => candidate.mid === payload?.message_id)
  if (!message) throw badParameter('Invalid message id in payload')
  message.reactions = message.reactions.filter((existing) => existing.by !== 'page')
  const wanted = payload?.reaction
  if (add && typeof wanted !== 'string') throw badParameter('payload.reaction is required')
  if (add && typeof wanted === 'string') {
    message.reactions.push({ by: 'page', reaction: EMOJI[wanted] ? wanted : 'other', emoji: EMOJI[wanted] ?? wanted })
  }
}
