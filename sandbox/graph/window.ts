import type { Sandbox } from '../context.ts'
import { type GraphCall, textParam } from './call.ts'
import { badParameter, GraphError } from './errors.ts'
import type { Addressed } from './send-message.ts'

const HOUR_MS = 3_600_000
export const STANDARD_WINDOW_MS = 24 * HOUR_MS
const HUMAN_AGENT_WINDOW_MS = 7 * 24 * HOUR_MS

/** Refused with code 100 since 27 April 2026. */
const RETIRED_TAGS = ['CONFIRMED_EVENT_UPDATE', 'POST_PURCHASE_UPDATE', 'ACCOUNT_UPDATE']

export function checkTag(sandbox: Sandbox, call: GraphCall): string | null {
  const type = textParam(call, 'messaging_type')
  const tag = textParam(call, 'tag')
  if (type !== null && !['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY'].includes(type)) {
    throw badParameter(`Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}`)
  }
  if (type === 'MESSAGE_TAG' && tag === null) throw badParameter('Param tag is required for messaging_type MESSAGE_TAG')
  if (tag === null) return null
  if (RETIRED_TAGS.includes(tag)) throw badParameter(`The message tag ${tag} is no longer supported`)
  if (tag !== 'HUMAN_AGENT') throw badParameter(`Param tag is not a valid message tag: ${tag}`)
  if (!sandbox.state.switches.humanAgent) {
    throw new GraphError({
      status: 403,
      code: 10,
      message: '(#10) This application does not have permission to use the HUMAN_AGENT tag',
    })
  }
  return tag
}

/** 24 hours from the customer's last act, 7 days for a person's own words. */
export function checkWindow(sandbox: Sandbox, { account, thread }: Addressed, tag: string | null): void {
  const age = thread.openedAt === null ? Number.POSITIVE_INFINITY : sandbox.clock() - thread.openedAt
  if (age < STANDARD_WINDOW_MS || (tag === 'HUMAN_AGENT' && age < HUMAN_AGENT_WINDOW_MS)) return
  throw new GraphError({
    status: 403,
    code: 10,
    subcode: account.platform === 'page' ? 2018278 : 2534022,
    message: '(#10) This message is sent outside of allowed window.',
  })
}
