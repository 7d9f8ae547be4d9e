import { createHmac } from 'node:crypto'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import type { Channel } from './channel.ts'
import { createGraph, type Graph } from './graph.ts'
import { classify } from './graph-errors.ts'
import { callLimits } from './graph-http.ts'
import { createPace, readUsage } from './graph-usage.ts'

interface Seen {
  method: string | undefined
  url: string
  headers: http.IncomingHttpHeaders
  body: string
}

const token = 'EAAB-a-token-that-must-not-travel-in-an-address'
const secrets = ['first-secret-0123456789', 'second-secret-0123456789']
const page: Channel = { platform: 'FACEBOOK', pageId: '104', token, flavour: 'facebook', isActive: true }
const account: Channel = { platform: 'INSTAGRAM', pageId: '178', token, flavour: 'instagram', isActive: true }
const text = { recipientId: '611', text: 'Hello', metadata: 'id-1' }

let seen: Seen[] = []
let answer: (request: Seen, response: http.ServerResponse) => void = () => {}
const graphs: Graph[] = []

const server = http.createServer((request, response) => {
  let body = ''
  request.on('data', (part: Buffer) => {
    body += part.toString('utf8')
  })
  request.on('end', () => {
    const got = { method: request.method, url: request.url ?? '', headers: request.headers, body }
    seen.push(got)
    answer(got, response)
  })
})
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_: Seen, response: http.ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const refusal = (code: number, subcode?: number, message = 'words') => ({
  error: { message, code, ...(subcode ? { error_subcode: subcode } : {}) },
})

const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function graphAt(url: string = base()): Graph {
  const meta = {
    appId: '98',
    appSecrets: secrets,
    verifyToken: '',
    graphUrl: `${url}/facebook`,
    instagramGraphUrl: `${url}/instagram`,
    graphVersion: 'v26.0',
  }
  const limits = { ...callLimits, connect: 150, headers: 150, total: 300, bodyBytes: 2000 }
  const graph = createGraph(meta, { log: createLog('silent'), metrics: createMetrics(), limits })
  graphs.push(graph)
  return graph
}

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterEach(() => {
  for (const graph of graphs.splice(0)) graph.close()
  seen = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('a call', () => {
  it('carries the token in the Authorization header and a proof, and neither in the address of a send (SEC-6)', async () => {
    answer = json(200, { recipient_id: '611', message_id: 'm_1' })
    expect(await graphAt().sendText(page, text)).toEqual({ ok: true, mid: 'm_1' })
    const [call] = seen
    expect(call).toMatchObject({ method: 'POST', url: '/facebook/v26.0/104/messages' })
    expect(call?.headers.authorization).toBe(`Bearer ${token}`)
    const proof = createHmac('sha256', secrets[0] ?? '')
      .update(token)
      .digest('hex')
    expect(JSON.parse(call?.body ?? '')).toEqual({
      recipient: { id: '611' },
      messaging_type: 'RESPONSE',
      message: { text: 'Hello', metadata: 'id-1' },
      appsecret_proof: proof,
    })
    answer = json(200, { id: '611', name: 'Ana' })
    await graphAt().profile(page, '611')
    expect(seen[1]?.url).not.toContain(token)
  })

  it("goes to the host of its login: Instagram Login by account, Facebook Login by the page's token", async () => {
    answer = json(200, { message_id: 'aWdf' })
    const graph = graphAt()
    await graph.sendText(account, { ...text, humanAgent: true, replyToMid: 'aWdf_0' })
    await graph.sendText({ ...account, flavour: 'facebook' }, { ...text, humanAgent: true })
    expect(seen.map((s) => s.url)).toEqual(['/instagram/v26.0/178/messages', '/facebook/v26.0/me/messages'])
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ tag: 'HUMAN_AGENT', reply_to: { mid: 'aWdf_0' } })
    expect(JSON.parse(seen[0]?.body ?? '')).not.toHaveProperty('messaging_type')
    expect(JSON.parse(seen[1]?.body ?? '')).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
  })

  it('finds the secret whose proof Meta accepts and keeps it', async () => {
    const good = createHmac('sha256', secrets[1] ?? '')
      .update(token)
      .digest('hex')
    answer = (request, response) =>
      request.body.includes(good)
        ? json(200, { message_id: 'm_1' })(request, response)
        : json(400, refusal(100, undefined, 'Invalid appsecret_proof provided in the API argument'))(request, response)
    const graph = graphAt()
    expect((await graph.sendText(page, text)).ok).toBe(true)
    expect((await graph.sendText(page, text)).ok).toBe(true)
    expect(seen).toHaveLength(3)
  })

  it("follows no redirect and hides the token in Meta's words", async () => {
    const graph = graphAt()
    answer = (_, response) => response.writeHead(307, { location: `${base()}/elsewhere` }).end()
    expect(await graph.sendText(page, text)).toMatchObject({ ok: false, outcome: 'not_delivered' })
    expect(seen).toHaveLength(1)
    answer = json(400, refusal(190, undefined, `Malformed access token ${token}`))
    const refused = await graph.sendText(page, text)
    expect(refused).toMatchObject({
      ok: false,
      reason: 'token_invalid',
      code: '190',
      text: 'Malformed access token [token]',
    })
  })
})

describe('what is known when a call does not work (SND-3)', () => {
  const notDelivered = { ok: false, outcome: 'not_delivered', reason: 'unreachable', retryable: true }
  const unknown = { ok: false, outcome: 'unknown', reason: 'unknown_outcome', retryable: false }

  it('refused, unresolvable and unsecured connections were not delivered', async () => {
    expect(await graphAt('http://127.0.0.1:1').sendText(page, text)).toMatchObject(notDelivered)
    expect(await graphAt('http://graph.invalid').sendText(page, text)).toMatchObject(notDelivered)
    expect(await graphAt(base().replace('http:', 'https:')).sendText(page, text)).toMatchObject(notDelivered)
  })

  it('a connection that is not made in time was not delivered (SND-12)', async () => {
    const sockets = new Set<net.Socket>()
    const mute = net.createServer((socket) => sockets.add(socket))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}`
    expect(await graphAt(url).sendText(page, text)).toMatchObject({
      ...notDelivered,
      text: expect.stringContaining('connecting'),
    })
    for (const socket of sockets) socket.destroy()
    mute.close()
  })

  it.each<[string, typeof answer]>([
    ['no answer in time', () => {}],
    ['a body that never ends', (_, response) => response.writeHead(200).write('{"mess')],
    ['a reset after the request', (_, response) => response.destroy()],
    [
      'a reset within the answer',
      (_, response) => response.writeHead(200, { 'content-length': '100' }).write('{"', () => response.destroy()),
    ],
    [
      'an answer larger than allowed',
      (_, response) => response.end(JSON.stringify({ message_id: 'm', more: 'x'.repeat(5000) })),
    ],
    ['200 without a message id', json(200, { recipient_id: '611' })],
    ['200 that is no JSON', (_, response) => response.end('<html>')],
    ['200 with nothing', (_, response) => response.end()],
    ['502 of a gateway', (_, response) => response.writeHead(502).end('Bad gateway')],
    ['1/99', json(500, refusal(1, 99))],
    ['1/1357046', json(400, refusal(1, 1357046))],
  ])('%s leaves the outcome unknown (SND-12)', async (_name, misbehave) => {
    answer = misbehave
    expect(await graphAt().sendText(page, text)).toMatchObject(unknown)
    expect(seen).toHaveLength(1)
  })

  it.each([
    [2, null, 'temporary', true],
    [4, null, 'rate_limited', true],
    [613, 2534040, 'rate_limited', true],
    [80006, null, 'rate_limited', true],
    [10, 2018278, 'outside_window', false],
    [10, 2534022, 'outside_window', false],
    [10, 2018108, 'recipient_unavailable', false],
    [10, null, 'permission_missing', false],
    [100, 2018001, 'recipient_unknown', false],
    [100, 2534014, 'recipient_unknown', false],
    [100, 2534037, 'thread_not_owned', false],
    [2018300, null, 'thread_not_owned', false],
    [100, 4711, 'bad_request', false],
    [190, 463, 'token_invalid', false],
    [200, 1545041, 'recipient_unavailable', false],
    [200, 2534041, 'permission_missing', false],
    [551, 1545041, 'recipient_unavailable', false],
    [368, null, 'page_restricted', false],
  ] as const)('code %s with subcode %s is %s', (code, subcode, reason, retryable) => {
    for (const status of [400, 403, 500]) {
      expect(classify({ code, subcode, status, tagged: false })).toEqual({
        reason,
        outcome: 'not_delivered',
        retryable,
      })
    }
  })

  it('a refused tag is called that, and codes nobody knows count by their status', () => {
    expect(classify({ code: 100, subcode: null, status: 400, tagged: true }).reason).toBe('tag_refused')
    expect(classify({ code: 4711, subcode: null, status: 400, tagged: false }).outcome).toBe('not_delivered')
    expect(classify({ code: 4711, subcode: null, status: 503, tagged: false }).outcome).toBe('unknown')
  })
})

describe('the pace of an account', () => {
  const business = (percent: number, minutes: number) => ({
    'x-business-use-case-usage': JSON.stringify({
      '104': [{ type: 'messenger', call_count: percent, total_time: 3, estimated_time_to_regain_access: minutes }],
    }),
  })

  it('reads the headers of both kinds and survives nonsense', () => {
    expect(readUsage({ 'x-app-usage': '{"call_volume":28,"cpu_time":91}' }, '104')).toEqual({
      percent: 91,
      regainMs: 0,
    })
    expect(readUsage(business(97, 12), '104')).toEqual({ percent: 97, regainMs: 720_000 })
    expect(readUsage({ 'x-app-usage': '{', 'x-business-use-case-usage': '[1]' }, '104')).toEqual({
      percent: 0,
      regainMs: 0,
    })
  })

  it('slows from 75 %, pauses from 95 % or as long as Meta says, each account alone', () => {
    let now = 0
    const pace = createPace(() => now)
    pace.note('a', { percent: 74, regainMs: 0 })
    expect(pace.waitMs('a')).toBe(0)
    pace.note('a', { percent: 80, regainMs: 0 })
    expect(pace.waitMs('a')).toBeGreaterThan(0)
    expect(pace.waitMs('a')).toBeLessThan(2500)
    pace.note('b', { percent: 95, regainMs: 0 })
    expect(pace.waitMs('b')).toBe(60_000)
    pace.note('c', { percent: 10, regainMs: 600_000 })
    expect(pace.waitMs('c')).toBe(600_000)
    expect(pace.waitMs('d')).toBe(0)
    now = 60_000
    expect(pace.waitMs('b')).toBe(0)
  })

  it('pauses longer with each refusal in a row', () => {
    let now = 0
    const pace = createPace(() => now)
    pace.throttled('a')
    expect(pace.waitMs('a')).toBe(15_000)
    now = 15_000
    pace.throttled('a')
    expect(pace.waitMs('a')).toBe(30_000)
    now = 45_000
    pace.accepted('a')
    pace.throttled('a')
    expect(pace.waitMs('a')).toBe(15_000)
  })

  it('tells how long to wait with a refusal', async () => {
    answer = json(403, refusal(613), business(100, 2))
    const graph = graphAt()
    expect(await graph.sendText(page, text)).toMatchObject({ reason: 'rate_limited', retryAfterMs: 120_000 })
    expect(graph.waitMs('104')).toBeGreaterThan(100_000)
    expect(graph.waitMs('178')).toBe(0)
  })
})

describe('reading', () => {
  it('takes names from either form, and an empty answer for somebody who is not shown', async () => {
    const graph = graphAt()
    answer = json(200, { id: '1', first_name: 'Ana', last_name: 'Pereira' })
    expect(await graph.profile(page, '1')).toEqual({ ok: true, name: 'Ana Pereira', username: null })
    answer = json(200, { id: '1', name: null, username: 'ana.shop' })
    expect(await graph.profile(account, '1')).toEqual({ ok: true, name: null, username: 'ana.shop' })
    answer = json(200, {})
    expect(await graph.profile(page, '1')).toEqual({ ok: true, name: null, username: null })
  })

  it('finds what the account wrote since a time, and nothing of the customer', async () => {
    const data = [
      { id: 'm3', message: 'Hello', from: { id: '104' }, created_time: '2026-11-22T08:00:29+0000' },
      { id: 'm2', message: 'Hello', from: { id: '611' }, created_time: '2026-11-22T08:00:28+0000' },
      { id: 'm1', message: 'Hello', from: { id: '104' }, created_time: '2026-11-22T07:00:00+0000' },
      { id: 'm0', created_time: '2026-11-22T08:00:00+0000' },
    ]
    answer = json(200, { data: [{ id: 't_1', messages: { data } }] })
    const found = await graphAt().findSent(page, { recipientId: '611', sinceMs: Date.parse('2026-11-22T08:00:00Z') })
    expect(found).toEqual({
      ok: true,
      messages: [{ mid: 'm3', text: 'Hello', atMs: Date.parse('2026-11-22T08:00:29Z') }],
    })
    expect(decodeURIComponent(seen[0]?.url ?? '')).toContain('platform=messenger&user_id=611')
  })

  it('knows whose token it is, by either login for Instagram', async () => {
    answer = (request, response) =>
      request.url.startsWith('/instagram')
        ? json(400, refusal(190))(request, response)
        : json(200, { id: '104', name: 'Nordlys', instagram_business_account: { id: '178', username: 'nordlys' } })(
            request,
            response,
          )
    const graph = graphAt()
    expect(await graph.verifyChannel({ platform: 'INSTAGRAM', pageId: '178', token })).toEqual({
      ok: true,
      name: 'nordlys',
      flavour: 'facebook',
    })
    expect(await graph.verifyChannel({ platform: 'FACEBOOK', pageId: '104', token })).toEqual({
      ok: true,
      name: 'Nordlys',
      flavour: 'facebook',
    })
    expect(await graph.verifyChannel({ platform: 'FACEBOOK', pageId: '105', token })).toMatchObject({
      ok: false,
      reason: 'permission_missing',
    })
  })
})
