import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from '../../test/boot.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers, cookieFor } from '../../test/cast.ts'
import { dbTime } from '../platform/db/time.ts'
import { teamRoutes } from '../team/routes.ts'
import { authRoutes } from './routes.ts'
import { totpRoutes } from './totp-routes.ts'

const routes = [...authRoutes, ...totpRoutes, ...teamRoutes]
const clock = fixedClock(Date.UTC(2026, 10, 22, 9))
let part: Part
let cast: Cast
beforeAll(async () => {
  part = await bootPart({ routes, clock })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())
beforeEach(async () => {
  clock.advance(60_000)
  await part.ctx.db.q.deleteFrom('auth_throttles').execute()
})

type Answer = Awaited<ReturnType<Part['http']['inject']>>
const codeOf = (answer: Answer) => [answer.statusCode, answer.json().error?.code]
const post = (path: string, cookie: string, payload: object, at = part) =>
  at.http.inject({ method: 'POST', url: `/api/v1${path}`, headers: { cookie }, payload })
const signIn = (who: { email: string }, code?: string, at = part) =>
  post('/session', '', { login: who.email, password: castPassword, ...(code ? { code } : {}) }, at)
const codeAt = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() + steps * 30_000 })

/** Turns the second step on. */
async function enrol(cookie: string, at = part): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = (await post('/me/totp', cookie, { password: castPassword }, at)).json()
  const answer = await post('/me/totp/confirmation', cookie, { code: codeAt(secret) }, at)
  expect(answer.statusCode).toBe(200)
  clock.advance(30_000)
  return { secret, recoveryCodes: answer.json().recoveryCodes }
}

describe('turning the second step on', () => {
  test('AUT-12: asks for the password, begins with the first code, and ends the other sessions', async () => {
    const own = await cookieFor(part.ctx, cast.ines.id)
    const other = await cookieFor(part.ctx, cast.ines.id)
    const state = async () => (await part.http.inject({ url: '/api/v1/me/totp', headers: { cookie: own } })).json()
    expect(codeOf(await post('/me/totp', own, { password: 'not mine' }))).toEqual([403, 'wrong_password'])
    expect(codeOf(await post('/me/totp/confirmation', own, { code: '123456' }))).toEqual([409, 'totp_not_started'])
    const { secret, uri } = (await post('/me/totp', own, { password: castPassword })).json()
    expect(uri).toMatch(/^otpauth:\/\/totp\/Ticklegram:ines%40cast\.example\?issuer=Ticklegram&secret=[A-Z2-7]{32}&/)
    expect(Buffer.from(Secret.fromBase32(secret).buffer)).toHaveLength(20)
    expect((await signIn(cast.ines)).statusCode).toBe(201)
    const wrong = String((Number(codeAt(secret)) + 1) % 1_000_000).padStart(6, '0')
    expect(codeOf(await post('/me/totp/confirmation', own, { code: wrong }))).toEqual([400, 'code_wrong'])
    expect(await state()).toEqual({ isOn: false, isRequired: false, recoveryCodesLeft: 0 })
    const answer = await post('/me/totp/confirmation', own, { code: codeAt(secret) })
    expect(new Set(answer.json().recoveryCodes).size).toBe(10)
    expect(await state()).toEqual({ isOn: true, isRequired: false, recoveryCodesLeft: 10 })
    expect((await part.http.inject({ url: '/api/v1/me', headers: { cookie: other } })).statusCode).toBe(401)
    expect(codeOf(await post('/me/totp', own, { password: castPassword }))).toEqual([409, 'totp_already_on'])
    expect(codeOf(await post('/me/totp/confirmation', own, { code: codeAt(secret, 1) }))).toEqual([
      409,
      'totp_already_on',
    ])
    const stored = JSON.stringify([
      await part.ctx.db.q.selectFrom('user_totp').selectAll().execute(),
      await part.ctx.db.q.selectFrom('totp_recovery_codes').selectAll().execute(),
    ])
    expect(stored).not.toContain(secret)
    for (const code of answer.json().recoveryCodes) expect(stored).not.toContain(code)
  })
})

describe('signing in with a second step', () => {
  let secret: string
  let recoveryCodes: string[]
  beforeAll(async () => {
    const made = await enrol(await cookieFor(part.ctx, cast.tomas.id))
    secret = made.secret
    recoveryCodes = made.recoveryCodes
  })

  test('AUT-12: there is no session before the code', async () => {
    const answer = await signIn(cast.tomas)
    expect(codeOf(answer)).toEqual([401, 'code_required'])
    expect(answer.headers).not.toHaveProperty('set-cookie')
    const wrong = await post('/session', '', { login: cast.tomas.email, password: 'wrong', code: codeAt(secret) })
    expect(codeOf(wrong)).toEqual([401, 'sign_in_failed'])
    expect((await signIn(cast.tomas, codeAt(secret))).statusCode).toBe(201)
  })

  test('AUT-12: a code works once, and none before it works after it', async () => {
    const [before, now, next] = [codeAt(secret, -1), codeAt(secret), codeAt(secret, 1)]
    expect((await signIn(cast.tomas, now)).statusCode).toBe(201)
    expect(codeOf(await signIn(cast.tomas, now))).toEqual([401, 'code_wrong'])
    expect(codeOf(await signIn(cast.tomas, before))).toEqual([401, 'code_wrong'])
    expect((await signIn(cast.tomas, `${next.slice(0, 3)} ${next.slice(3)}`)).statusCode).toBe(201)
  })

  test('AUT-12: of ten uses of a code at once one succeeds', async () => {
    const code = codeAt(secret)
    // Each from its own address, and wrong ones are slowed down: what matters is that no two get in.
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn(cast.tomas, code)))
    expect(answers.filter((a) => a.statusCode === 201)).toHaveLength(1)
  })

  test.each([-2, 2])('AUT-12: a code %i steps away does not work', async (steps) => {
    expect(codeOf(await signIn(cast.tomas, codeAt(secret, steps)))).toEqual([401, 'code_wrong'])
  })

  test('AUT-12: a recovery code works once, however it is typed, and only for its person', async () => {
    const [code = '', second = ''] = recoveryCodes
    expect((await signIn(cast.tomas, ` ${code.toUpperCase().replaceAll('-', ' ')} `)).statusCode).toBe(201)
    expect(codeOf(await signIn(cast.tomas, code))).toEqual([401, 'code_wrong'])
    const other = await enrol(await cookieFor(part.ctx, cast.away.id))
    expect(codeOf(await signIn(cast.away, second))).toEqual([401, 'code_wrong'])
    expect((await signIn(cast.away, other.recoveryCodes[0])).statusCode).toBe(201)
  })

  test('AUT-12: new recovery codes replace the old ones', async () => {
    const cookie = await cookieFor(part.ctx, cast.tomas.id)
    const answer = await post('/me/totp/recovery-codes', cookie, { password: castPassword })
    const fresh: string[] = answer.json().recoveryCodes
    expect(codeOf(await signIn(cast.tomas, recoveryCodes[1]))).toEqual([401, 'code_wrong'])
    expect((await signIn(cast.tomas, fresh[0])).statusCode).toBe(201)
    recoveryCodes = fresh
  })

  test('AUT-4: wrong codes are slowed down, also for the right one, and the password alone clears nothing', async () => {
    for (let i = 0; i < 5; i++) {
      expect(codeOf(await signIn(cast.tomas, '000000'))).toEqual([401, 'code_wrong'])
      expect(codeOf(await signIn(cast.tomas))).toEqual([401, 'code_required'])
    }
    expect(codeOf(await signIn(cast.tomas, codeAt(secret)))).toEqual([429, 'too_many_attempts'])
    clock.advance(1000)
    expect((await signIn(cast.tomas, codeAt(secret))).statusCode).toBe(201)
  })

  test('AUT-4: the right password without a code does not clear failed passwords', async () => {
    const wrong = () => post('/session', '', { login: cast.tomas.email, password: 'wrong' })
    for (let i = 0; i < 4; i++) await wrong()
    expect(codeOf(await signIn(cast.tomas))).toEqual([401, 'code_required'])
    await wrong()
    expect(codeOf(await wrong())).toEqual([429, 'too_many_attempts'])
  })

  test('AUT-12: it is turned off with the password', async () => {
    const cookie = await cookieFor(part.ctx, cast.tomas.id)
    expect(codeOf(await post('/me/totp/removal', cookie, { password: 'wrong' }))).toEqual([403, 'wrong_password'])
    expect((await post('/me/totp/removal', cookie, { password: castPassword })).statusCode).toBe(204)
    expect((await signIn(cast.tomas)).statusCode).toBe(201)
    expect(codeOf(await post('/me/totp/recovery-codes', cookie, { password: castPassword }))).toEqual([409, 'totp_off'])
  })
})

test('AUT-12: codes are those of RFC 6238', async () => {
  const then = fixedClock(59_000)
  const early = await bootPart({ routes, clock: then })
  const { ines } = await castUsers(early.ctx)
  const secret = Secret.fromLatin1('12345678901234567890').base32
  const place = { table: 'user_totp', column: 'secret', rowId: ines.id }
  await early.ctx.db.q
    .insertInto('user_totp')
    .values({ user_id: ines.id, secret: early.ctx.sealer.seal(secret, place), confirmed_at: dbTime(0) })
    .execute()
  // The last six of the eight digits in its appendix B.
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ] as const) {
    then.advance(seconds * 1000 - then.now())
    expect((await signIn(ines, code, early)).statusCode).toBe(201)
  }
  await early.close()
})

describe('where admins must have a second step', () => {
  test('AUT-12: an admin without one may do nothing but set it up, and cannot turn it off', async () => {
    const strict = await bootPart({ routes, clock, env: { ADMIN_TOTP: 'required' } })
    const { admin, supervisor } = await castUsers(strict.ctx)
    const users = (cookie: string) => strict.http.inject({ url: '/api/v1/users', headers: { cookie } })
    const me = async (cookie: string) => (await strict.http.inject({ url: '/api/v1/me', headers: { cookie } })).json()
    const answer = await signIn(admin, undefined, strict)
    expect(answer.json()).toMatchObject({ role: 'admin', permissions: [], mustSetUpTotp: true })
    const cookie = `${answer.cookies[0]?.name}=${answer.cookies[0]?.value}`
    expect((await users(cookie)).statusCode).toBe(403)
    expect((await users(await cookieFor(strict.ctx, supervisor.id))).statusCode).toBe(200)
    await enrol(cookie, strict)
    expect((await users(cookie)).statusCode).toBe(200)
    expect(await me(cookie)).toMatchObject({ mustSetUpTotp: false })
    expect((await me(cookie)).permissions.length).toBeGreaterThan(10)
    expect(codeOf(await post('/me/totp/removal', cookie, { password: castPassword }, strict))).toEqual([
      409,
      'totp_required',
    ])
    await strict.close()
  })
})
