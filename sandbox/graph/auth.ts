import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Sandbox } from '../context.ts'
import type { Account } from '../world/model.ts'
import { type GraphCall, textParam } from './call.ts'
import { badParameter, expiredToken, GraphError, invalidToken } from './errors.ts'

export type Caller = { kind: 'account'; account: Account } | { kind: 'user' } | { kind: 'app' }

/** Says whose token this is, without looking at the call around it; null for one that is not known. */
export function ownerOfToken(sandbox: Sandbox, token: string): Caller | null {
  const { state } = sandbox
  const account = state.accounts.find((candidate) => candidate.token === token)
  if (account) return { kind: 'account', account }
  if (token === state.userToken) return { kind: 'user' }
  if (token === `${state.app.id}|${state.app.secret}`) return { kind: 'app' }
  return null
}

function checkProof(sandbox: Sandbox, call: GraphCall, token: string): void {
  const proof = textParam(call, 'appsecret_proof')
  if (proof === null) return
  const expected = createHmac('sha256', sandbox.state.app.secret).update(token).digest('hex')
  if (proof.length !== expected.length || !timingSafeEqual(Buffer.from(proof), Buffer.from(expected))) {
    throw badParameter('Invalid appsecret_proof provided in the API argument')
  }
}

/** Finds out who calls, or refuses with 190. */
export function authenticate(sandbox: Sandbox, call: GraphCall): Caller {
  if (!call.token) {
    throw new GraphError({
      status: 400,
      code: 104,
      message: 'An access token is required to request this resource.',
    })
  }
  const caller = ownerOfToken(sandbox, call.token)
  if (!caller) throw invalidToken('Invalid OAuth access token - Cannot parse access token')
  if (caller.kind === 'account') {
    // Instagram Login tokens belong to graph.instagram.com, page tokens to graph.facebook.com.
    const home = caller.account.platform === 'page' ? 'facebook' : 'instagram'
    if (home !== call.host) throw invalidToken('Invalid OAuth access token - Cannot parse access token')
    if (caller.account.tokenExpired) throw expiredToken()
  }
  checkProof(sandbox, call, call.token)
  return caller
}
