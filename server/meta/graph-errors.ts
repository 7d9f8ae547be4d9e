import * as z from 'zod'
import type { FailureReason } from '../../shared/message.ts'
import type { CallOutcome } from './graph-http.ts'

/** A call that did not do what it should, as data. */
export interface GraphFailure {
  ok: false
  reason: FailureReason
  /** Meta's `code/subcode`, for whoever has to look further. */
  code: string | null
  /** For the log and the curious; never decided upon, Meta localises it. */
  text: string
  /** `unknown`: Meta may have done it all the same. Only `not_delivered` may be tried again by itself. */
  outcome: 'not_delivered' | 'unknown'
  retryable: boolean
  /** When Meta says how long to wait. */
  retryAfterMs: number | null
}

type Class = Pick<GraphFailure, 'reason' | 'outcome' | 'retryable'>

const final = (reason: FailureReason): Class => ({ reason, outcome: 'not_delivered', retryable: false })
const again = (reason: FailureReason): Class => ({ reason, outcome: 'not_delivered', retryable: true })
const nobodyKnows: Class = { reason: 'unknown_outcome', outcome: 'unknown', retryable: false }

/** Code and subcode, else the code alone (meta-platform 3.8, 10.4). */
const classes: Record<string, Class> = {
  // Meta says these although the message may have been delivered.
  '1': nobodyKnows,
  '2': again('temporary'),
  '2/2018344': final('permission_missing'),
  '3': final('permission_missing'),
  '4': again('rate_limited'),
  '10': final('permission_missing'),
  '10/2018278': final('outside_window'),
  '10/2534022': final('outside_window'),
  '10/2018065': final('outside_window'),
  '10/2018108': final('recipient_unavailable'),
  '10/1893063': final('page_restricted'),
  '17': again('rate_limited'),
  '32': again('rate_limited'),
  '33': final('recipient_unknown'),
  '100': final('bad_request'),
  '100/33': final('recipient_unknown'),
  '100/2018001': final('recipient_unknown'),
  '100/2534014': final('recipient_unknown'),
  '100/2534013': final('permission_missing'),
  '100/2534029': final('recipient_unavailable'),
  '100/2534037': final('thread_not_owned'),
  '102': final('token_invalid'),
  '104': final('token_invalid'),
  '190': final('token_invalid'),
  '200/1545041': final('recipient_unavailable'),
  '230': final('recipient_unavailable'),
  '341': again('rate_limited'),
  '368': final('page_restricted'),
  '551': final('recipient_unavailable'),
  '613': again('rate_limited'),
  '2022': final('page_restricted'),
  '36103': final('permission_missing'),
}

const threadOwnedByOthers = new Set([2018300, 2018171, 2018321])
const businessUseCaseLimits = { from: 80_000, to: 80_014 }

/** What a Graph error means, by code and subcode only. A code we do not know counts by the kind of status it came with. */
export function classify(error: { code: number; subcode: number | null; status: number; tagged: boolean }): Class {
  const { code, subcode, status, tagged } = error
  if (threadOwnedByOthers.has(code) || (subcode !== null && threadOwnedByOthers.has(subcode)))
    return final('thread_not_owned')
  const exact = subcode === null ? undefined : classes[`${code}/${subcode}`]
  if (exact) return exact
  if (code === 100 && tagged) return final('tag_refused')
  const byCode = classes[String(code)]
  if (byCode) return byCode
  if (code >= 200 && code <= 299) return final('permission_missing')
  if (code >= businessUseCaseLimits.from && code <= businessUseCaseLimits.to) return again('rate_limited')
  return status >= 500 ? nobodyKnows : final('bad_request')
}

const errorEnvelope = z.object({
  error: z.object({
    code: z.number(),
    error_subcode: z.number().nullish(),
    message: z.string().catch(''),
  }),
})

/** Reads whatever came back instead of success. `tagged`: the call carried a message tag. */
export function failureOf(
  outcome: CallOutcome,
  { tagged, retryAfterMs }: { tagged: boolean; retryAfterMs: number | null },
): GraphFailure {
  const failure = (found: Class, code: string | null, text: string): GraphFailure => ({
    ok: false,
    ...found,
    code,
    text: text.slice(0, 500),
    retryAfterMs,
  })
  switch (outcome.kind) {
    case 'not_sent':
      return failure(again('unreachable'), null, outcome.detail)
    case 'lost':
      return failure(nobodyKnows, null, outcome.detail)
    case 'answer': {
      const { status, body } = outcome
      const envelope = errorEnvelope.safeParse(parseJson(body))
      if (envelope.success) {
        const { code, error_subcode: subcode = null, message } = envelope.data.error
        return failure(
          classify({ code, subcode, status, tagged }),
          subcode ? `${code}/${subcode}` : String(code),
          message,
        )
      }
      // Not Graph's own words: something before it answered. Refusals of that kind did not reach Graph.
      if (status === 429) return failure(again('rate_limited'), null, 'HTTP 429')
      if (status >= 300 && status < 500 && status !== 408) return failure(final('bad_request'), null, `HTTP ${status}`)
      return failure(nobodyKnows, null, `HTTP ${status} with an answer that cannot be read`)
    }
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
