import { verify } from '@node-rs/argon2'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers } from '../../test/cast.ts'
import { hashPassword } from './password.ts'
import { authRoutes } from './routes.ts'
import { beginTry, network, penalty, refuseWhileWaiting, succeeded, takeBack } from './throttle.ts'

// The library's own function, watched.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>()
  return { ...library, verify: vi.fn(library.verify) }
})

let part: Part
let cast: Cast
let address = 0

beforeAll(async () => {
  part = await bootPart({ routes: authRoutes })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())
const forgetFailures = () => part.ctx.db.q.deleteFrom('auth_throttles').execute()
beforeEach(async () => {
  // Each test from its own address and with a clean record.
  address++
  await forgetFailures()
})

const signIn = (login: string, password: string, ip = `10.0.0.${address}`) =>
  part.http.inject({ method: 'POST', url: '/api/v1/session', payload: { login, password }, remoteAddress: ip })

describe('signing in', () => {
  test.each([
    ['the e-mail', 'ines@cast.example'],
    ['the e-mail in other letters, with spaces around it', '  INES@Cast.Example '],
    ['the contact number', '+351912345678'],
    ['the contact number as people write it', '00351 912-345 (678)'],
    ['the employee id', 'E-17'],
  ])('works by %s', async (_, login) => {
    const answer = await signIn(login, castPassword)
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      id: cast.ines.id,
      role: 'agent',
      positionName: 'Agent (Messaging)',
      permissions: ['chat:view:assigned', 'chat:claim', 'chat:message', 'template:use'],
    })
    expect(answer.body).not.toMatch(/hash|argon/)
  })

  test.each(['e-17', 'ines', 'ines@cast.exampl', '351', '%', "' or 1=1 --", '0'])(
    'does not work by %s',
    async (login) => {
      expect((await signIn(login, castPassword)).statusCode).toBe(401)
    },
  )

  test.each([0, true, null, ['ines@cast.example'], { $ne: '' }])(
    'takes only text: %j is refused before any query',
    async (login) => {
      const answer = await part.http.inject({
        method: 'POST',
        url: '/api/v1/session',
        payload: { login, password: 'whatever' },
      })
      expect(answer.statusCode).toBe(400)
    },
  )

  test('AUT-2: a password of a megabyte is refused at once and never hashed', async () => {
    const payload = { login: cast.ines.email, password: 'x'.repeat(1_000_000) }
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const begun = process.cpuUsage()
      const answer = await part.http.inject({ method: 'POST', url: '/api/v1/session', payload })
      const { user, system } = process.cpuUsage(begun)
      times.push((user + system) / 1000)
      expect(answer.statusCode).toBe(400)
    }
    // Milliseconds of the processor, the test's own part included: what others run here does not count.
    expect(Math.min(...times)).toBeLessThan(20)
    // Twenty wrong ones would have been counted.
    expect(await part.ctx.db.q.selectFrom('auth_throttles').select('key_hash').execute()).toEqual([])
  })

  test('AUT-1: makes a hash stronger that was made with less', async () => {
    const stored = () =>
      part.ctx.db.q
        .selectFrom('users')
        .select('password_hash')
        .where('id', '=', cast.tomas.id)
        .executeTakeFirstOrThrow()
    expect((await stored()).password_hash).toContain('m=64,')
    expect((await signIn(cast.tomas.email, castPassword)).statusCode).toBe(201)
    expect((await stored()).password_hash).toContain('m=19456,')
    expect((await signIn(cast.tomas.email, castPassword)).statusCode).toBe(201)
  })
})

describe('a refused sign-in', () => {
  test('AUT-3: is the same for nobody, a wrong password and a deactivated person', async () => {
    const answers = [
      await signIn('nobody@cast.example', castPassword),
      await signIn(cast.ines.email, 'a wrong password'),
      await signIn(cast.inactive.email, castPassword),
    ]
    const seen = answers.map((a) => {
      const { date: _date, ...headers } = a.headers
      return { status: a.statusCode, body: a.body, headers }
    })
    expect(seen[0]?.status).toBe(401)
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
    expect(seen[0]?.headers).not.toHaveProperty('set-cookie')
  })

  test('AUT-3: does the same work for nobody as for somebody', async () => {
    const strong = await hashPassword(castPassword)
    await part.ctx.db.q
      .updateTable('users')
      .set({ password_hash: strong })
      .where('id', 'in', [cast.supervisor.id, cast.inactive.id])
      .execute()
    // The work is the hash: one for each refusal, of the same cost. Times would measure the machine as well.
    const costs: string[][] = []
    for (const login of ['nobody@cast.example', cast.supervisor.email, cast.inactive.email]) {
      vi.mocked(verify).mockClear()
      expect((await signIn(login, 'wrong')).statusCode).toBe(401)
      costs.push(vi.mocked(verify).mock.calls.map(([hash]) => String(hash).split('$').slice(1, 4).join('$')))
    }
    expect(costs).toEqual(Array(3).fill([strong.split('$').slice(1, 4).join('$')]))
  })

  test('AUT-4: after five failures also the right password has to wait, also for a name that nobody has', async () => {
    for (const login of [cast.ines.email, 'nobody@cast.example']) {
      for (let i = 0; i < 5; i++) expect((await signIn(login, 'wrong', `10.1.0.${i}`)).statusCode).toBe(401)
      const answer = await signIn(login, castPassword, '10.1.0.99')
      expect(answer.statusCode).toBe(429)
      expect(answer.json()).toMatchObject({ error: { code: 'too_many_attempts', details: { retryAfterSeconds: 1 } } })
    }
  })

  test('AUT-4: guesses that come in together do not slip through together', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => signIn(cast.ines.email, `guess ${i}`, `10.2.0.${i}`)),
    )
    const tried = answers.filter((a) => a.statusCode === 401)
    expect(tried.length).toBeLessThanOrEqual(6)
    expect(answers.length - tried.length).toBe(answers.filter((a) => a.statusCode === 429).length)
  })

  test('AUT-4: an address has thirty failures a minute for all names together', async () => {
    const from = (ip: string) => ({ name: `n${Math.random()}`, ip })
    for (let i = 0; i < 30; i++) await beginTry(part.ctx, from('10.3.0.1'))
    await expect(refuseWhileWaiting(part.ctx, from('10.3.0.1'))).rejects.toMatchObject({ status: 429 })
    await expect(beginTry(part.ctx, from('10.3.0.1'))).rejects.toMatchObject({ status: 429 })
    await refuseWhileWaiting(part.ctx, from('10.3.0.2'))
  })

  test('AUT-4: right sign-ins are not held against an address', async () => {
    for (let i = 0; i < 35; i++) expect((await signIn(cast.ines.email, castPassword, '10.3.1.1')).statusCode).toBe(201)
  })

  test('AUT-4: the wait grows to 15 minutes and never beyond', () => {
    const waits = Array.from({ length: 60 }, (_, i) => penalty(i + 1))
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 1000, 2000, 4000, 8000])
    expect(Math.max(...waits)).toBe(15 * 60_000)
  })

  test('AUT-4: a success ends the wait, and a try that was neither leaves the record as it was', async () => {
    const attempt = { name: 'somebody', ip: '10.3.2.1' }
    const wait = () => refuseWhileWaiting(part.ctx, attempt)
    for (let i = 0; i < 4; i++) await beginTry(part.ctx, attempt)
    await takeBack(part.ctx, await beginTry(part.ctx, attempt))
    await wait()
    const last = await beginTry(part.ctx, attempt)
    await expect(wait()).rejects.toMatchObject({ code: 'too_many_attempts' })
    await succeeded(part.ctx, last)
    await wait()
  })

  test.each([
    ['2001:db8:1:2::5', '2001:db8:1:2:ffff::1', true],
    ['2001:db8:1:2::5', '2001:db8:1:3::5', false],
    ['2001:0db8:0001:0002::5', '2001:db8:1:2::9', true],
    ['::1', '::2', true],
    ['fe80::1%eth0', 'fe80::9', true],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
  ])('AUT-4: %s and %s count as one visitor: %s', (a, b, same) => {
    expect(network(a) === network(b)).toBe(same)
  })
})

describe('the delay after failures', () => {
  let now = Date.UTC(2026, 10, 22, 9)
  let here: Part
  let there: Part
  let who: Cast
  const at = (place: Part, password: string, ip = '10.4.0.1') =>
    place.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: who.ines.email, password },
      remoteAddress: ip,
    })

  beforeAll(async () => {
    const clock = { now: () => now }
    here = await bootPart({ routes: authRoutes, clock })
    who = await castUsers(here.ctx)
    there = await bootPart({ routes: authRoutes, clock, databaseUrl: here.config.databaseUrl })
  })
  afterAll(async () => {
    await there.close()
    await here.close()
  })

  test('AUT-4: is shared by all processes, the same for the right password, and over after its time', async () => {
    for (let i = 0; i < 5; i++) expect((await at(i % 2 ? here : there, 'wrong')).statusCode).toBe(401)
    const right = await at(there, castPassword)
    const wrong = await at(here, 'wrong')
    expect(right.statusCode).toBe(429)
    expect(right.body).toBe(wrong.body)
    expect(right.headers).not.toHaveProperty('set-cookie')
    now += 1000
    expect((await at(there, castPassword)).statusCode).toBe(201)
  })

  test('AUT-4: tries during the wait do not make it longer: nobody is locked out for good', async () => {
    for (let i = 0; i < 5; i++) await at(here, 'wrong')
    for (let i = 0; i < 20; i++) expect((await at(here, 'wrong', `10.4.1.${i}`)).statusCode).toBe(429)
    now += 1000
    expect((await at(here, castPassword)).statusCode).toBe(201)
  })
})

describe('the address of a visitor', () => {
  const clientOf = async (trustProxy: string, forwarded: string) => {
    const behind = await bootPart({ routes: authRoutes, env: trustProxy ? { TRUST_PROXY: trustProxy } : {} })
    const { ines } = await castUsers(behind.ctx)
    await behind.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: ines.email, password: castPassword },
      remoteAddress: '10.0.0.5',
      headers: { 'x-forwarded-for': forwarded },
    })
    const { ip } = await behind.ctx.db.q.selectFrom('sessions').select('ip').executeTakeFirstOrThrow()
    await behind.close()
    return ip
  }

  test.each([
    ['nobody is trusted by default', '', '198.51.100.9', '10.0.0.5'],
    ['a trusted proxy is believed', '10.0.0.5', '198.51.100.9', '198.51.100.9'],
    ['what a visitor put in front is not', '10.0.0.5', '1.1.1.1, 198.51.100.9', '198.51.100.9'],
    ['the rightmost that is not trusted counts', '10.0.0.0/8', '1.1.1.1, 198.51.100.9, 10.0.0.7', '198.51.100.9'],
    ['a proxy that is not in the list is a visitor', '192.168.0.1', '198.51.100.9', '10.0.0.5'],
  ])('AUT-4: %s', async (_, trustProxy, forwarded, ip) => {
    expect(await clientOf(trustProxy, forwarded)).toBe(ip)
  })
})

describe('a contact number at sign-in', () => {
  test.each([
    ['912 345 678', 'PT'],
    ['(912) 345-678', 'pt'],
    ['+351 912 345 678', 'NO'],
    ['351912345678', undefined],
  ])('is found as typed %j with the country %s', async (login, country) => {
    const payload = { login, password: castPassword, ...(country ? { country } : {}) }
    const answer = await part.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload,
      remoteAddress: '10.5.0.1',
    })
    expect([answer.statusCode, answer.json().id]).toEqual([201, cast.ines.id])
  })

  test('is nobody’s with another country', async () => {
    const payload = { login: '912 345 678', password: castPassword, country: 'NO' }
    expect((await part.http.inject({ method: 'POST', url: '/api/v1/session', payload })).statusCode).toBe(401)
  })
})
