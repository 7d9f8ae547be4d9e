import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bootTestApp, connectTestChannels, fixedClock, type TestApp } from '../../test/boot.ts'
import { type Cast, castPassword, castUsers, cookieFor } from '../../test/cast.ts'
import { delivery, pageMessage } from '../../test/meta-payloads.ts'
import { startSmtp, type TestSmtp } from '../../test/smtp.ts'
import { createInvitation } from './invitations.ts'
import { linkLife } from './one-time-links.ts'
import { sweepAuth } from './sweep.ts'

const publicUrl = 'https://inbox.nordlys.example'
const clock = fixedClock(Date.UTC(2026, 10, 22, 9))
let smtp: TestSmtp
let app: TestApp
let cast: Cast

beforeAll(async () => {
  smtp = await startSmtp()
  const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'Ticklegram <inbox@nordlys.example>' }
  app = await bootTestApp({ start: true, clock, env: { ...mail, PUBLIC_URL: publicUrl } })
  cast = await castUsers(app.ctx)
  await connectTestChannels(app)
})
afterAll(async () => {
  await app.close()
  await smtp.close()
})
beforeEach(async () => {
  await app.ctx.db.q.deleteFrom('auth_throttles').execute()
  smtp.mails.length = 0
})

const post = (path: string, payload: object, more: { headers?: Record<string, string>; remoteAddress?: string } = {}) =>
  app.http.inject({ method: 'POST', url: `/api/v1${path}`, payload, ...more })
const ask = (email: string, more = {}) => post('/password-resets', { email }, more)
const use = (token: string, password = 'eleven geese at dawn') => post('/password-resets/use', { token, password })
const look = (token: string) => app.http.inject({ url: `/api/v1/password-resets/${token}` })
const signIn = (login: string, password: string) => post('/session', { login, password })

const soon = { timeout: 10_000, interval: 20 }
const mailsTo = (address: string) => smtp.mails.filter((m) => m.to.includes(address))
const arrived = (address: string, count = 1) =>
  vi.waitFor(() => expect(mailsTo(address)).toHaveLength(count), soon).then(() => mailsTo(address))
const tokenIn = (body: string) => /[?]token=([A-Za-z0-9_-]{43})/.exec(body)?.[1] ?? ''

/** Asks for a link and takes it out of the mail. */
async function linkFor(email: string): Promise<string> {
  const links = () => mailsTo(email).filter((m) => m.headers.includes('Subject: Choose a new password'))
  const before = links().length
  expect((await ask(email)).statusCode).toBe(202)
  await vi.waitFor(() => expect(links()).toHaveLength(before + 1), soon)
  return tokenIn(links().at(-1)?.body ?? '')
}
/** All that was asked for so far has been worked off. */
const settled = () =>
  vi.waitFor(async () => {
    const open = await app.ctx.db.q
      .selectFrom('jobs')
      .select('kind')
      .where('done_at', 'is', null)
      .where('kind', 'in', ['auth.reset-request', 'auth.letter'])
      .execute()
    expect(open).toEqual([])
  }, soon)

describe('a forgotten password', () => {
  test('AUT-7: the link comes by mail, leads to PUBLIC_URL only, and stands nowhere in clear', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    expect((await ask('  INES@cast.example ', { headers })).statusCode).toBe(202)
    const [mail] = await arrived(cast.ines.email)
    expect(mail?.body).toContain(`${publicUrl}/password-reset?token=`)
    expect(mail?.raw).not.toContain('evil.example')
    const token = tokenIn(mail?.body ?? '')
    const row = await app.ctx.db.q
      .selectFrom('password_reset_tokens')
      .selectAll()
      .where('token_hash', '=', createHash('sha256').update(token).digest('hex'))
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ user_id: cast.ines.id, used_at: null, purpose: 'reset' })
    const stored = JSON.stringify([
      await app.ctx.db.q.selectFrom('password_reset_tokens').selectAll().execute(),
      await app.ctx.db.q.selectFrom('jobs').selectAll().execute(),
    ])
    expect(stored).not.toContain(token)
  })

  test('AUT-7: looking at a link does not use it up; using it ends sessions and sockets, and says so by mail', async () => {
    const cookie = await cookieFor(app.ctx, cast.ines.id)
    const me = () => app.http.inject({ url: '/api/v1/me', headers: { cookie } })
    expect((await me()).statusCode).toBe(200)
    const token = await linkFor(cast.ines.email)
    for (let i = 0; i < 3; i++) {
      const seen = await look(token)
      expect(seen.json()).toMatchObject({ purpose: 'reset', name: 'Ines Duarte', email: cast.ines.email })
      expect(seen.headers['referrer-policy']).toBe('no-referrer')
    }
    expect((await use(token)).statusCode).toBe(204)
    expect((await me()).statusCode).toBe(401)
    const ended = await app.ctx.db.q
      .selectFrom('changes')
      .selectAll()
      .where('type', '=', 'session.ended')
      .where('user_id', '=', cast.ines.id)
      .execute()
    expect(ended).toHaveLength(1)
    expect((await signIn(cast.ines.email, castPassword)).statusCode).toBe(401)
    expect((await signIn(cast.ines.email, 'eleven geese at dawn')).statusCode).toBe(201)
    const [, told] = await arrived(cast.ines.email, 2)
    expect(told?.headers).toMatch(/^Subject: Your password was changed\r$/m)
  })

  test('AUT-7: of twenty uses at once one succeeds', async () => {
    const token = await linkFor(cast.tomas.email)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => use(token, `geese number ${i} at dawn`)))
    const codes = answers.map((a) => a.statusCode).toSorted()
    expect(codes).toEqual([204, ...Array(19).fill(404)])
    const winner = answers.findIndex((a) => a.statusCode === 204)
    expect((await signIn(cast.tomas.email, `geese number ${winner} at dawn`)).statusCode).toBe(201)
  })

  test('AUT-7: only the newest link works, and only for thirty minutes', async () => {
    const first = await linkFor(cast.away.email)
    const second = await linkFor(cast.away.email)
    expect(second).not.toBe(first)
    expect((await look(first)).statusCode).toBe(404)
    clock.advance(linkLife.reset - 1)
    expect((await look(second)).statusCode).toBe(200)
    clock.advance(1)
    expect((await look(second)).statusCode).toBe(404)
    expect((await use(second)).statusCode).toBe(404)
  })

  test('AUT-7: whatever is wrong with a link, the answer is one', async () => {
    const used = await linkFor(cast.supervisor.email)
    expect((await use(used)).statusCode).toBe(204)
    const open = await linkFor(cast.supervisor.email)
    const wrong = ['', ' ', '0', '1234567890', 'null', open.toUpperCase(), ` ${open}`, `${open} `, open.slice(1), used]
    const known = await use('A'.repeat(43))
    expect([known.statusCode, known.json().error.code]).toEqual([404, 'link_invalid'])
    for (const token of wrong) {
      const answer = await use(token)
      expect([token, answer.statusCode, answer.body]).toEqual([token, 404, known.body])
      if (token.trim() === '') continue
      expect((await look(encodeURIComponent(token))).body).toBe(known.body)
    }
    for (const token of [0, true, null, [open], { $ne: '' }]) {
      expect((await post('/password-resets/use', { token, password: 'eleven geese' })).statusCode).toBe(400)
    }
    expect((await look(open)).statusCode).toBe(200)
  })

  test('AUT-2: a weak new password leaves the link open', async () => {
    const token = await linkFor(cast.supervisor.email)
    const answer = await use(token, 'ruth.okafor')
    expect([answer.statusCode, answer.json().error]).toMatchObject([400, { code: 'weak_password' }])
    expect((await use(token, 'iloveyou')).json().error.details).toEqual({ reason: 'common' })
    expect((await use(token, 'eleven geese')).statusCode).toBe(204)
  })

  test('a person who was deactivated meanwhile cannot use it', async () => {
    const token = await linkFor(cast.noPosition.email)
    await app.ctx.db.q.updateTable('users').set({ is_active: 0 }).where('id', '=', cast.noPosition.id).execute()
    expect((await use(token)).statusCode).toBe(404)
  })
})

describe('asking for a link', () => {
  test('AUT-8: answers the same for somebody, nobody and a deactivated person, and mails only the first', async () => {
    const people = [cast.ines.email, 'nobody@cast.example', cast.inactive.email, 'no address at all', "' or 1=1 --"]
    const answers = []
    for (const email of people) answers.push(await ask(email))
    const seen = answers.map(({ statusCode, body, headers: { date: _date, ...headers } }) => ({
      statusCode,
      body,
      headers,
    }))
    expect(seen[0]?.statusCode).toBe(202)
    for (const each of seen) expect(each).toEqual(seen[0])
    await arrived(cast.ines.email)
    await settled()
    expect(smtp.mails).toHaveLength(1)
  })

  test('AUT-8: has a limit of three an hour for an address, also for one that nobody has, and says nothing', async () => {
    const from = (i: number) => ({ remoteAddress: `10.20.${i}.1` })
    for (let i = 0; i < 6; i++) expect((await ask(cast.ines.email, from(i))).statusCode).toBe(202)
    for (let i = 0; i < 6; i++) expect((await ask('nobody@cast.example', from(20 + i))).statusCode).toBe(202)
    await settled()
    expect(mailsTo(cast.ines.email)).toHaveLength(3)
    const asked = await app.ctx.db.q
      .selectFrom('jobs')
      .select('payload_json')
      .where('kind', '=', 'auth.reset-request')
      .execute()
    expect(asked.filter((j) => j.payload_json.includes('nobody@cast.example'))).toHaveLength(4)
    clock.advance(3_600_000)
    await ask(cast.ines.email, from(50))
    await arrived(cast.ines.email, 4)
  })

  test('AUT-8: F19: a visitor has ten an hour however often and from wherever they say they are, and webhooks go on', async () => {
    const before = await app.ctx.db.q.selectFrom('jobs').select('id').where('kind', '=', 'auth.reset-request').execute()
    let [asking, answers, delivered] = [true, 0, 0]
    /** How many requests for links were answered while one webhook waited. */
    const overtaking: number[] = []
    // Twenty lanes, each asking again as soon as it is answered.
    const lane = async (from: number) => {
      const codes: number[] = []
      for (let i = from; i < from + 20; i++) {
        const headers = { 'x-forwarded-for': `198.51.100.${i % 250}` }
        codes.push((await ask(`person${i}@cast.example`, { headers })).statusCode)
        answers++
      }
      return codes
    }
    const flood = Promise.all(Array.from({ length: 20 }, (_, i) => lane(i * 20))).finally(() => {
      asking = false
    })
    while (asking) {
      const before = answers
      expect(await app.deliver(delivery('page', pageMessage({ mid: `m_${delivered++}`, text: 'Hello' })))).toBe(200)
      overtaking.push(answers - before)
    }
    expect((await flood).flat()).toEqual(Array(400).fill(202))
    const after = await app.ctx.db.q.selectFrom('jobs').select('id').where('kind', '=', 'auth.reset-request').execute()
    expect(after.length - before.length).toBe(10)
    expect(delivered).toBeGreaterThan(5)
    expect(Math.max(...overtaking)).toBeLessThan(200)
  })
})

describe('an invitation', () => {
  async function newcomer(email: string | null): Promise<string> {
    const id = crypto.randomUUID()
    const user = { id, name: 'Nora Ny', email, emp_id: id, password_hash: 'none', role: 'agent' as const }
    await app.ctx.db.q.insertInto('users').values(user).execute()
    return id
  }

  test('is mailed and handed over, works for days and once, and its password opens the door', async () => {
    const id = await newcomer('nora@cast.example')
    const link = await app.ctx.db.transaction((tx) => createInvitation(app.ctx, tx, id))
    expect(link).toMatch(/^https:\/\/inbox\.nordlys\.example\/invitation\?token=/)
    const [mail] = await arrived('nora@cast.example')
    expect(mail?.body).toContain(link)
    expect((await signIn('nora@cast.example', 'none')).statusCode).toBe(401)
    clock.advance(linkLife.invitation - 60_000)
    const token = tokenIn(link)
    expect((await look(token)).json()).toMatchObject({ purpose: 'invitation', name: 'Nora Ny' })
    expect((await use(token)).statusCode).toBe(204)
    expect((await use(token)).statusCode).toBe(404)
    expect((await signIn('nora@cast.example', 'eleven geese at dawn')).statusCode).toBe(201)
  })

  test('needs no e-mail, and a newer one replaces it', async () => {
    const id = await newcomer(null)
    const invite = () => app.ctx.db.transaction((tx) => createInvitation(app.ctx, tx, id)).then(tokenIn)
    const [first, second] = [await invite(), await invite()]
    expect((await use(first)).statusCode).toBe(404)
    expect((await use(second)).statusCode).toBe(204)
    expect((await signIn(id, 'eleven geese at dawn')).statusCode).toBe(201)
  })

  test('of a person who was not made after all is not mailed', async () => {
    const id = await newcomer('undone@cast.example')
    const undone = app.ctx.db.transaction(async (tx) => {
      await createInvitation(app.ctx, tx, id)
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await settled()
    expect(mailsTo('undone@cast.example')).toEqual([])
  })
})

test('what is over is swept away, and what is not stays', async () => {
  const open = await linkFor(cast.away.email)
  await signIn('nobody@cast.example', 'wrong')
  await sweepAuth(app.ctx)
  expect((await look(open)).statusCode).toBe(200)
  const counts = () => app.ctx.db.q.selectFrom('auth_throttles').select('key_hash').execute()
  expect(await counts()).not.toEqual([])
  clock.advance(40 * 24 * 3_600_000)
  await sweepAuth(app.ctx)
  expect(await counts()).toEqual([])
  expect(await app.ctx.db.q.selectFrom('password_reset_tokens').select('id').execute()).toEqual([])
  expect(await app.ctx.db.q.selectFrom('sessions').select('id').execute()).toEqual([])
})

describe('without a mail server', () => {
  test('F25: asking is answered as always, and the letter goes out once the server is back', async () => {
    const taken = await startSmtp()
    await taken.close()
    const late = await bootTestApp({
      start: true,
      env: { SMTP_URL: taken.url, MAIL_FROM: 'inbox@nordlys.example' },
    })
    const { ines } = await castUsers(late.ctx)
    const answer = await late.http.inject({
      method: 'POST',
      url: '/api/v1/password-resets',
      payload: { email: ines.email },
    })
    expect(answer.statusCode).toBe(202)
    const letter = () =>
      late.ctx.db.q.selectFrom('jobs').selectAll().where('kind', '=', 'auth.letter').executeTakeFirst()
    await vi.waitFor(async () => expect((await letter())?.last_error).toMatch(/could not be reached/), soon)
    const back = await startSmtp({ port: taken.port })
    await vi.waitFor(() => expect(back.mails.map((m) => m.to)).toEqual([[ines.email]]), { timeout: 15_000 })
    await late.close()
    await back.close()
  }, 30_000)

  test('where none is set up nothing is queued, and the sign-in page is told', async () => {
    const none = await bootTestApp()
    const { ines } = await castUsers(none.ctx)
    const options = await none.http.inject({ url: '/api/v1/sign-in-options' })
    expect(options.json()).toEqual({ resetByMail: false })
    const payload = { email: ines.email }
    const answer = await none.http.inject({ method: 'POST', url: '/api/v1/password-resets', payload })
    expect(answer.statusCode).toBe(202)
    expect(await none.ctx.db.q.selectFrom('jobs').select('kind').where('kind', 'like', 'auth.re%').execute()).toEqual(
      [],
    )
    await none.close()
  })
})
