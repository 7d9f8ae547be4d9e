import { createHmac } from 'node:crypto'
import * as z from 'zod'
import type { Platform } from '../../shared/common.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel } from './channel.ts'
import { failureOf, type GraphFailure, parseJson } from './graph-errors.ts'
import { type Call, type CallLimits, type CallOutcome, openLine } from './graph-http.ts'
import { createPace, readUsage } from './graph-usage.ts'

export type { GraphFailure } from './graph-errors.ts'

export interface TextToSend {
  recipientId: string
  /** Sent byte for byte (SND-14). */
  text: string
  /** Comes back in the echo where Meta supports it. */
  metadata: string
  replyToMid?: string | null
  /** A person's own words between 24 hours and 7 days after the customer's last message. */
  humanAgent?: boolean
  /** Monotonic time (performance.now) after which it must not go out any more. */
  notAfter?: number
}

export interface Profile {
  name: string | null
  username: string | null
}

export interface SentCandidate {
  mid: string
  text: string
  atMs: number
}

/** Meta's Graph API, both flavours. Failures are data; nothing here throws for what Meta or the line does. */
export interface Graph {
  /** `POST /{id}/messages`. Its failures tell whether the message may have arrived all the same. */
  sendText(channel: Channel, message: TextToSend): Promise<{ ok: true; mid: string } | GraphFailure>
  /** A contact's name and username; both null where Meta does not show the person to us. */
  profile(channel: Channel, contactId: string): Promise<({ ok: true } & Profile) | GraphFailure>
  /** What the account itself wrote to a contact since a time, newest first, among the newest 20 messages Meta tells about. */
  findSent(
    channel: Channel,
    query: { recipientId: string; sinceMs: number },
  ): Promise<{ ok: true; messages: SentCandidate[] } | GraphFailure>
  /** Whether the token speaks for this page or account, and what it is called. Tries both flavours for Instagram unless told. */
  verifyChannel(channel: {
    platform: Platform
    pageId: string
    token: string
    flavour?: Channel['flavour']
  }): Promise<{ ok: true; name: string | null; flavour: Channel['flavour'] } | GraphFailure>
  /** Milliseconds until an account may be called again by Meta's usage headers; 0 at once. */
  waitMs(pageId: string): number
  close(): void
}

interface Request {
  method: 'GET' | 'POST'
  path: string
  query?: Record<string, string>
  body?: Record<string, unknown>
  tagged?: boolean
  notAfter?: number
}

type Caller = Pick<Channel, 'token' | 'flavour' | 'pageId'>
type Answer = { ok: true; body: unknown } | GraphFailure

/**
 * A Graph client. The token travels in the Authorization header, never in an address (SEC-6), with the proof that we
 * hold the app's secret.
 */
export function createGraph(
  meta: Config['meta'],
  { log, metrics, limits }: { log: Logger; metrics: Metrics; limits?: CallLimits },
): Graph {
  const line = openLine(limits)
  const pace = createPace()
  const proofs = createProofs(meta.appSecrets)

  async function request(caller: Caller, wanted: Request): Promise<Answer> {
    for (;;) {
      const proof = proofs.of(caller)
      const begun = Date.now()
      const outcome = await line.call(buildCall(meta, caller, wanted, proof))
      const usage = outcome.kind === 'answer' ? readUsage(outcome.headers, caller.pageId) : { percent: 0, regainMs: 0 }
      pace.note(caller.pageId, usage)
      const answer = readAnswer(outcome, {
        tagged: wanted.tagged ?? false,
        retryAfterMs: usage.regainMs || null,
        token: caller.token,
      })
      metrics.graphCalls.inc({ outcome: answer.ok ? 'ok' : answer.reason })
      log.debug(
        {
          flavour: caller.flavour,
          method: wanted.method,
          path: wanted.path,
          ms: Date.now() - begun,
          ...summary(answer),
        },
        'graph call',
      )
      if (!answer.ok && refusesProof(answer) && proofs.another(caller, proof)) continue
      return answer
    }
  }

  return {
    sendText: async (channel, message) => {
      const answer = await request(channel, sendRequest(channel, message))
      if (!answer.ok) {
        if (answer.reason === 'rate_limited') pace.throttled(channel.pageId)
        return answer
      }
      const sent = sendAnswer.safeParse(answer.body)
      if (!sent.success) return unreadable('An answer without a message id')
      pace.accepted(channel.pageId)
      return { ok: true, mid: sent.data.message_id }
    },
    profile: async (channel, contactId) => {
      const fields = channel.platform === 'INSTAGRAM' ? 'name,username' : 'name,first_name,last_name'
      const answer = await request(channel, { method: 'GET', path: contactId, query: { fields } })
      return answer.ok ? { ok: true, ...readProfile(answer.body) } : answer
    },
    findSent: async (channel, query) => {
      const answer = await request(channel, conversationRequest(channel, query.recipientId))
      return answer.ok ? { ok: true, messages: sentMessages(answer.body, channel, query.sinceMs) } : answer
    },
    verifyChannel: (channel) => verify(request, channel),
    waitMs: (pageId) => pace.waitMs(pageId),
    close: () => line.close(),
  }
}

function buildCall(meta: Config['meta'], caller: Caller, wanted: Request, proof: string | null): Call {
  const base = caller.flavour === 'instagram' ? meta.instagramGraphUrl : meta.graphUrl
  const url = new URL(`${base}/${meta.graphVersion}/${wanted.path}`)
  for (const [key, value] of Object.entries(wanted.query ?? {})) url.searchParams.set(key, value)
  const headers: Record<string, string> = { authorization: `Bearer ${caller.token}`, accept: 'application/json' }
  if (wanted.method === 'GET') {
    if (proof) url.searchParams.set('appsecret_proof', proof)
    return { method: 'GET', url, headers }
  }
  const body = JSON.stringify({ ...wanted.body, ...(proof ? { appsecret_proof: proof } : {}) })
  headers['content-type'] = 'application/json'
  headers['content-length'] = String(Buffer.byteLength(body))
  return { method: 'POST', url, headers, body, ...(wanted.notAfter === undefined ? {} : { notAfter: wanted.notAfter }) }
}

function readAnswer(
  outcome: CallOutcome,
  context: { tagged: boolean; retryAfterMs: number | null; token: string },
): Answer {
  if (outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300) {
    const body = parseJson(outcome.body)
    if (typeof body === 'object' && body !== null && !('error' in body)) return { ok: true, body }
  }
  const failure = failureOf(outcome, context)
  // Meta repeats a malformed token in its words.
  return { ...failure, text: failure.text.replaceAll(context.token, '[token]') }
}

const unreadable = (text: string): GraphFailure => ({
  ok: false,
  reason: 'unknown_outcome',
  code: null,
  text,
  outcome: 'unknown',
  retryable: false,
  retryAfterMs: null,
})

const summary = (answer: Answer) => (answer.ok ? { outcome: 'ok' } : { outcome: answer.reason, code: answer.code })

/** The words are Meta's own for developers and not localised; nothing was done, so asking again is safe. */
const refusesProof = (failure: GraphFailure) => failure.code === '100' && /appsecret_proof/i.test(failure.text)

/**
 * Which secret the proof is made with. Instagram Login may have a secret of its own, and secrets rotate: the one that
 * Meta accepts is kept per flavour, and none at all is the last resort.
 */
function createProofs(secrets: string[]) {
  const used = { facebook: 0, instagram: 0 }
  return {
    of({ flavour, token }: Caller): string | null {
      const secret = secrets[used[flavour]]
      return secret === undefined ? null : createHmac('sha256', secret).update(token).digest('hex')
    },
    /** False when there is nothing else to try than what was refused. */
    another(caller: Caller, refused: string | null): boolean {
      if (refused === null) return false
      if (this.of(caller) === refused) used[caller.flavour] += 1
      return true
    },
  }
}

const sendAnswer = z.object({ message_id: z.string().min(1).max(512) })

/** The edge of the account itself; `me` where the page's token speaks for the Instagram account linked to it. */
const edgeOf = (channel: Channel) =>
  channel.platform === 'INSTAGRAM' && channel.flavour === 'facebook' ? 'me' : channel.pageId

function sendRequest(channel: Channel, m: TextToSend): Request {
  const facebook = channel.flavour === 'facebook'
  return {
    method: 'POST',
    path: `${edgeOf(channel)}/messages`,
    tagged: m.humanAgent ?? false,
    ...(m.notAfter === undefined ? {} : { notAfter: m.notAfter }),
    body: {
      recipient: { id: m.recipientId },
      ...(facebook ? { messaging_type: m.humanAgent ? 'MESSAGE_TAG' : 'RESPONSE' } : {}),
      ...(m.humanAgent ? { tag: 'HUMAN_AGENT' } : {}),
      message: { text: m.text, metadata: m.metadata },
      ...(m.replyToMid ? { reply_to: { mid: m.replyToMid } } : {}),
    },
  }
}

const person = z.object({
  name: z.string().nullish(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  username: z.string().nullish(),
})

function readProfile(body: unknown): Profile {
  const found = person.safeParse(body)
  if (!found.success) return { name: null, username: null }
  const { name, first_name, last_name, username } = found.data
  const full = name?.trim() || [first_name, last_name].filter(Boolean).join(' ').trim()
  return { name: full || null, username: username?.trim() || null }
}

function conversationRequest(channel: Channel, recipientId: string): Request {
  return {
    method: 'GET',
    path: `${edgeOf(channel)}/conversations`,
    query: {
      platform: channel.platform === 'INSTAGRAM' ? 'instagram' : 'messenger',
      user_id: recipientId,
      fields: 'messages.limit(20){id,message,from,created_time}',
    },
  }
}

const conversations = z.object({
  data: z.array(
    z.object({
      messages: z
        .object({
          data: z.array(
            z.object({
              id: z.string(),
              message: z.string().catch(''),
              from: z.object({ id: z.string() }).nullish().catch(null),
              created_time: z.string(),
            }),
          ),
        })
        .optional(),
    }),
  ),
})

function sentMessages(body: unknown, channel: Channel, sinceMs: number): SentCandidate[] {
  const found = conversations.safeParse(body)
  if (!found.success) return []
  return (
    found.data.data
      .flatMap((conversation) => conversation.messages?.data ?? [])
      .filter((m) => m.from?.id === channel.pageId)
      // `2026-11-22T08:00:29+0000`: the zone without a colon is no ISO 8601.
      .map((m) => ({
        mid: m.id,
        text: m.message,
        atMs: Date.parse(m.created_time.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')),
      }))
      .filter((m) => m.atMs >= sinceMs)
  )
}

const self = z.object({
  id: z.string().optional(),
  user_id: z.string().optional(),
  name: z.string().nullish(),
  username: z.string().nullish(),
  instagram_business_account: z.object({ id: z.string(), username: z.string().nullish() }).nullish(),
})

async function verify(
  request: (caller: Caller, wanted: Request) => Promise<Answer>,
  { platform, pageId, token, flavour }: Parameters<Graph['verifyChannel']>[0],
): ReturnType<Graph['verifyChannel']> {
  const flavours: Channel['flavour'][] = flavour
    ? [flavour]
    : platform === 'INSTAGRAM'
      ? ['instagram', 'facebook']
      : ['facebook']
  let last: GraphFailure = unreadable('Nothing was asked')
  for (const tried of flavours) {
    const fields =
      tried === 'instagram'
        ? 'user_id,username,name'
        : platform === 'INSTAGRAM'
          ? 'id,name,instagram_business_account{id,username}'
          : 'id,name'
    const answer = await request({ token, flavour: tried, pageId }, { method: 'GET', path: 'me', query: { fields } })
    if (!answer.ok) {
      last = answer
      continue
    }
    const me = self.safeParse(answer.body)
    const found = me.success ? accountOf(me.data, platform, tried) : null
    if (found?.id === pageId) return { ok: true, name: found.name, flavour: tried }
    last = {
      ...unreadable(`The token belongs to ${found?.id ?? 'something else'}`),
      reason: 'permission_missing',
      outcome: 'not_delivered',
    }
  }
  return last
}

function accountOf(
  me: z.infer<typeof self>,
  platform: Platform,
  flavour: Channel['flavour'],
): { id: string | undefined; name: string | null } {
  if (flavour === 'instagram') return { id: me.user_id ?? me.id, name: me.username ?? me.name ?? null }
  if (platform === 'FACEBOOK') return { id: me.id, name: me.name ?? null }
  return { id: me.instagram_business_account?.id, name: me.instagram_business_account?.username ?? null }
}
