import type { Sandbox } from '../context.ts'
import type { Account, Fault } from '../world/model.ts'
import type { GraphAnswer } from './call.ts'
import { errorEnvelope, expiredToken, GraphError, type Host, rateLimited } from './errors.ts'

/** Takes the first fault that is meant for this call, and counts it. */
export function takeFault(
  sandbox: Sandbox,
  call: { scope: 'send' | 'other'; account: Account | null; recipientId: string | null },
): Fault | null {
  const { state } = sandbox
  const fault = state.faults.find(
    (candidate) =>
      (candidate.scope === 'all' || call.scope === 'send') &&
      (candidate.accountId === null || candidate.accountId === call.account?.id) &&
      (candidate.recipientId === null || candidate.recipientId === call.recipientId),
  )
  if (!fault) return null
  if (fault.times !== null) {
    fault.times -= 1
    if (fault.times <= 0) state.faults = state.faults.filter((candidate) => candidate !== fault)
    sandbox.changed()
  }
  return fault
}

/** True when the message must be accepted and stored although the client will not learn it properly. */
export function storesFirst(fault: Fault): boolean {
  return (
    fault.stored ||
    fault.kind === 'timeout_after_success' ||
    fault.kind === 'reset_after_success' ||
    fault.kind === 'slow'
  )
}

const PAGE_OF_AN_ERROR =
  '<!DOCTYPE html><html lang="en"><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>'

/** The spoiled answer. `good` is what the client would have got, for the faults that only delay it. */
export function spoiledAnswer(host: Host, fault: Fault, good: GraphAnswer | null): GraphAnswer {
  switch (fault.kind) {
    case 'timeout':
    case 'timeout_after_success':
      return { kind: 'silence' }
    case 'reset':
    case 'reset_after_success':
      return { kind: 'reset' }
    case 'garbage':
      return {
        kind: 'raw',
        status: fault.status ?? 200,
        body: '{"recipient_id":"61122',
        contentType: 'application/json',
      }
    case 'html':
      return {
        kind: 'raw',
        status: fault.status ?? 200,
        body: PAGE_OF_AN_ERROR,
        contentType: 'text/html; charset=utf-8',
      }
    case 'empty':
      return { kind: 'raw', status: fault.status ?? 200, body: '', contentType: 'application/json' }
    case 'slow':
      return good ?? { kind: 'silence' }
    case 'rate_limited':
      return throttled(host, fault)
    case 'token_expired':
      return refusal(host, expiredToken())
    case 'server_error':
      return refusal(
        host,
        new GraphError({
          status: fault.status ?? 500,
          code: fault.code ?? 2,
          subcode: fault.subcode,
          transient: true,
          message: fault.message ?? '(#2) Service temporarily unavailable',
        }),
      )
    case 'error':
      return refusal(
        host,
        new GraphError({
          status: fault.status ?? 400,
          code: fault.code ?? 1,
          subcode: fault.subcode,
          transient: fault.transient,
          message: fault.message ?? `(#${fault.code ?? 1}) An invented error`,
        }),
      )
  }
}

function throttled(host: Host, fault: Fault): GraphAnswer {
  const code = fault.code ?? (host === 'instagram' ? 80002 : 613)
  const error = rateLimited(
    fault.message ?? 'Calls to this api have exceeded the rate limit.',
    code,
    fault.subcode ?? undefined,
  )
  const answer = refusal(host, error)
  if (answer.kind === 'json') {
    const minutes = Math.max(1, Math.ceil(fault.ms / 60_000))
    const type = host === 'instagram' ? 'instagram' : 'messenger'
    const usage = { type, call_count: 100, total_cputime: 31, total_time: 44, estimated_time_to_regain_access: minutes }
    answer.headers = {
      ...answer.headers,
      'x-app-usage': JSON.stringify({ call_count: 100, total_time: 44, total_cputime: 31 }),
      'x-business-use-case-usage': JSON.stringify({ [fault.accountId ?? '104455566677788']: [usage] }),
    }
  }
  return answer
}

export function refusal(host: Host, error: GraphError): GraphAnswer {
  // The header is ASCII on the wire, whatever the message says.
  const message = error.message.replace(/[^\x20-\x7e]/g, '?').replaceAll('"', "'")
  const kind = error.fields.code === 190 ? 'invalid_token' : 'invalid_request'
  return {
    kind: 'json',
    status: error.fields.status,
    body: errorEnvelope(host, error.fields),
    headers: { 'www-authenticate': `OAuth "Facebook Platform" "${kind}" "${message}"` },
  }
}
