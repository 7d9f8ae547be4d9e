import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { routes } from '../server/api.ts'
import { createLog } from '../server/platform/log.ts'
import { castPassword, cookieFor } from './cast.ts'
import { delivery, instagramMessage, metaBytes, pageId, pageMessage, testSecret, verifyToken } from './meta-payloads.ts'
import { bootSending, type SendRig, until } from './send-rig.ts'

/**
 * Everything that may not be told is used once, through every door and on the ways that fail, while all that the
 * program says is written down: its log at the most talkative level, its answers, its live frames.
 */
const words = { customer: 'canary-of-the-customer', agent: 'canary-of-the-agent', refused: 'canary-nobody-stored' }
const wrongPassword = 'canary-of-a-wrong-password'
const logged: string[] = []
const answered: string[] = []
const frames: string[] = []
let rig: SendRig
let secrets: Record<string, string>

beforeAll(async () => {
  const sink = new Writable({
    write: (line, _encoding, done) => {
      logged.push(String(line))
      done()
    },
  })
  rig = await bootSending({ log: createLog('trace', sink) })
  await rig.ctx.live.start()
  const cookie = await cookieFor(rig.ctx, rig.cast.admin.id)
  const { accounts } = await rig.control<{ accounts: { id: string; token: string }[] }>('GET', '/state')
  const { password_hash } = await rig.ctx.db.q
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', rig.cast.admin.id)
    .executeTakeFirstOrThrow()
  const stored = await rig.ctx.db.q.selectFrom('facebook_pages').select('access_token').executeTakeFirstOrThrow()
  secrets = {
    'the app secret': testSecret,
    'the verify token': verifyToken,
    'the encryption key': Buffer.alloc(32, 7).toString('base64'),
    'a password': castPassword,
    'a wrong password': wrongPassword,
    'a password hash': password_hash,
    'a session': cookie.split('=')[1] ?? '',
    'a sealed token': stored.access_token,
    ...Object.fromEntries(accounts.map((account, i) => [`token ${i}`, account.token])),
  }

  const address = rig.app.http.server.address() as { port: number }
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/api/v1/live`, { headers: { cookie } })
  socket.on('message', (data) => frames.push(String(data)))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'resume', since: null }))
  await until('ready', () => frames.length > 0)

  await signIn(castPassword)
  await signIn(wrongPassword)
  await exchange()
  await fail()
  await readEverything(cookie)
  socket.close()
})
afterAll(() => rig.close())

async function signIn(password: string): Promise<void> {
  const payload = { login: rig.cast.ines.email, password }
  answered.push((await rig.app.http.inject({ method: 'POST', url: '/api/v1/session', payload })).body)
}

async function exchange(): Promise<void> {
  rig.startSender()
  for (const platform of ['FACEBOOK', 'INSTAGRAM'] as const) {
    const chat = await rig.newChat(platform, words.customer)
    const sent = await rig.post(chat, { text: words.agent })
    await until('sent', async () =>
      ['sent', 'delivered', 'read'].includes((await rig.message(chat, sent.body.id)).state ?? ''),
    )
    await rig.faults({ kind: 'error', code: 100, times: 1 })
    const refused = await rig.post(chat, { text: words.agent })
    await until('refused', async () => (await rig.message(chat, refused.body.id)).state === 'failed')
  }
  await rig.control('PATCH', `/accounts/${pageId}`, { tokenExpired: true })
  const chat = await rig.newChat('FACEBOOK', words.customer)
  await rig.post(chat, { text: words.agent })
  await until('the refused token', () => logged.join('').includes('token_invalid'))
}

/** A table that is gone makes each statement that names it an error which holds its values. */
async function fail(): Promise<void> {
  const { q } = rig.ctx.db
  const chat = await rig.newChat('INSTAGRAM', words.customer)
  for (const table of ['facebook_messages', 'instagram_message_logs', 'outbox', 'chats', 'changes'] as const) {
    await q.schema.alterTable(table).renameTo('gone').execute()
    const message = { mid: `m-${table}`, text: words.refused, from: '999' }
    await rig.app.deliver(delivery('page', pageMessage(message)))
    await rig.app.deliver(delivery('instagram', instagramMessage(message)))
    answered.push(JSON.stringify((await rig.post(chat, { text: words.refused })).body))
    await q.schema.alterTable('gone').renameTo(table).execute()
  }
  await rig.app.deliverBytes(metaBytes({ text: words.customer }), { 'x-hub-signature-256': 'sha256=no' })
  await rig.app.deliverBytes(Buffer.from(`{"text":"${words.customer}`))
}

async function readEverything(cookie: string): Promise<void> {
  const [chat] = await rig.ctx.db.q.selectFrom('chats').select('id').limit(1).execute()
  for (const { method, path } of routes) {
    if (method !== 'GET') continue
    const url = `/api/v1${path.replace(':id', chat?.id ?? '')}`
    answered.push((await rig.app.http.inject({ method, url, headers: { cookie } })).body)
  }
  for (const url of ['/health/ready', '/metrics', '/api/openapi.json', '/api/v1/nowhere'])
    answered.push((await rig.app.http.inject({ method: 'GET', url })).body)
}

it('SEC-5: no log line, answer or live frame holds a secret', () => {
  expect(logged.length).toBeGreaterThan(20)
  expect(frames.join('')).toContain(words.customer)
  expect(answered.join('')).toContain(words.agent)
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThan(10)
    for (const [where, text] of Object.entries({ logged, answered, frames }))
      expect(text.join('').includes(secret), `${name} is ${where}`).toBe(false)
  }
})

it('PRI-5: no log line holds what somebody wrote, not even where storing it failed', () => {
  expect(logged.join('')).toContain('could not be stored')
  for (const text of Object.values(words)) expect(logged.filter((line) => line.includes(text))).toEqual([])
})
