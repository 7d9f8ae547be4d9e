import { verify } from '@node-rs/argon2'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers } from '../../test/cast.ts'
import { authMemory } from './memory.ts'
import { hashPassword } from './password.ts'
import { authRoutes } from './routes.ts'
import { createThrottle } from './throttle.ts'

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
beforeEach(() => {
  // Each test from its own address and with a clean record.
  address++
  authMemory(part.ctx.db).throttle = createThrottle()
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
    await part.http.inject({ method: 'POST', url: '/api/v1/session', payload })
    const begun = performance.now()
    const answer = await part.http.inject({ method: 'POST', url: '/api/v1/session', payload })
    expect(answer.statusCode).toBe(400)
    expect(performance.now() - begun).toBeLessThan(50)
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
    const throttle = createThrottle()
    for (let i = 0; i < 30; i++) throttle.failed({ name: `n${i}`, ip: 'a' }, 1000)
    expect(throttle.waitFor({ name: 'fresh', ip: 'a' }, 1000)).toBe(60_000)
    expect(throttle.waitFor({ name: 'fresh', ip: 'b' }, 1000)).toBe(0)
    expect(throttle.waitFor({ name: 'fresh', ip: 'a' }, 61_000)).toBe(0)
  })

  test('AUT-4: the wait grows to 15 minutes and never beyond, and a success ends it', () => {
    const throttle = createThrottle()
    const attempt = { name: 'ines', ip: 'a' }
    const waits = Array.from({ length: 40 }, () => {
      throttle.failed(attempt, 0)
      return throttle.waitFor({ ...attempt, ip: 'b' }, 0)
    })
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 1000, 2000, 4000, 8000])
    expect(waits.at(-1)).toBe(15 * 60_000)
    throttle.succeeded(attempt)
    expect(throttle.waitFor({ ...attempt, ip: 'b' }, 0)).toBe(0)
  })
})
