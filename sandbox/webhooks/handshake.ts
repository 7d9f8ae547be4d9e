import { randomInt } from 'node:crypto'
import type { Sandbox } from '../context.ts'

export interface Handshake {
  ok: boolean
  status: number | null
  detail: string
}

/** Asks the callback address to prove that it knows the verify token, and makes it the address of all webhooks. */
export async function subscribeWebhook(
  sandbox: Sandbox,
  wanted: { url: string | null; verifyToken: string | null },
): Promise<Handshake> {
  const callback = wanted.url ?? sandbox.settings.webhookUrl
  const challenge = String(randomInt(1_000_000_000, 2_000_000_000))
  const url = new URL(callback)
  url.searchParams.set('hub.mode', 'subscribe')
  url.searchParams.set('hub.challenge', challenge)
  url.searchParams.set('hub.verify_token', wanted.verifyToken ?? sandbox.state.app.verifyToken)
  const begun = performance.now()
  const handshake = await ask(url, challenge, sandbox.settings.webhookTimeoutMs)
  sandbox.log.add({
    at: sandbox.clock(),
    direction: 'out',
    what: 'GET hub.challenge',
    result: handshake.status === null ? 'unreachable' : String(handshake.status),
    ok: handshake.ok,
    ms: Math.round(performance.now() - begun),
    sent: url.pathname + url.search.replace(/verify_token=[^&]*/, 'verify_token=...'),
    received: handshake.detail,
  })
  if (handshake.ok) {
    sandbox.settings.webhookUrl = callback
    sandbox.queue.kick()
  }
  return handshake
}

async function ask(url: URL, challenge: string, timeoutMs: number): Promise<Handshake> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    const body = (await response.text()).slice(0, 200)
    if (response.status !== 200)
      return { ok: false, status: response.status, detail: `It answered ${response.status}.` }
    if (body !== challenge) return { ok: false, status: 200, detail: 'It did not give the challenge back.' }
    return { ok: true, status: 200, detail: 'The challenge came back.' }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { ok: false, status: null, detail: `It could not be reached: ${cause}` }
  }
}
