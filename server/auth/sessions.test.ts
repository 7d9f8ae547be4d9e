import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers, cookieFor } from '../../test/cast.ts'
import { openDatabase } from '../platform/db/open.ts'
import { resetPassword } from '../team/change-password.ts'
import { teamRoutes } from '../team/routes.ts'
import { authRoutes } from './routes.ts'
import { sessionLife } from './sessions.ts'

let part: Part
let cast: Cast
let now = Date.UTC(2026, 10, 22, 9)
const statements: string[] = []

beforeAll(async () => {
  const clock = { now: () => now }
  part = await bootPart({ routes: [...authRoutes, ...teamRoutes], clock, onQuery: (sql) => statements.push(sql) })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

const me = (cookie: string) => part.http.inject({ url: '/api/v1/me', headers: { cookie } })
const signIn = (cookie?: string) =>
  part.http.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { login: cast.ines.email, password: castPassword },
    ...(cookie ? { headers: { cookie } } : {}),
  })
const cookieOf = (answer: Awaited<ReturnType<typeof signIn>>) => {
  const [cookie] = answer.cookies
  return `${cookie?.name}=${cookie?.value}`
}

describe('a session', () => {
  test('AUT-5: is 256 random bits, of which only the SHA-256 is stored', async () => {
    const [cookie] = (await signIn()).cookies
    expect(Buffer.from(cookie?.value ?? '', 'base64url')).toHaveLength(32)
    const hash = createHash('sha256')
      .update(cookie?.value ?? '')
      .digest('hex')
    const rows = await part.ctx.db.q.selectFrom('sessions').selectAll().where('token_hash', '=', hash).execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(cookie?.value)
  })

  test('AUT-5: on plain http its cookie is kept from scripts and from other sites', async () => {
    const [cookie] = (await signIn()).cookies
    expect(cookie).toMatchObject({ name: 'ticklegram', httpOnly: true, sameSite: 'Lax', path: '/' })
    expect(cookie?.secure).toBeUndefined()
  })

  test('AUT-5: behind https its cookie is bound to the host and never sent in clear', async () => {
    const secure = await bootPart({ routes: authRoutes, env: { PUBLIC_URL: 'https://inbox.example' } })
    const { ines } = await castUsers(secure.ctx)
    const answer = await secure.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: ines.email, password: castPassword },
    })
    const header = String(answer.headers['set-cookie'])
    expect(header).toMatch(/^__Host-ticklegram=/)
    expect(header).toMatch(/; Secure/)
    expect(header).not.toMatch(/domain/i)
    await secure.close()
  })

  test('AUT-5: is a new one at each sign-in, and the one before in the same browser is over', async () => {
    const first = cookieOf(await signIn())
    expect((await me(first)).statusCode).toBe(200)
    const second = cookieOf(await signIn(first))
    expect(second).not.toBe(first)
    expect((await me(first)).statusCode).toBe(401)
    expect((await me(second)).statusCode).toBe(200)
  })

  test('AUT-5: a cookie put there beforehand is never adopted', async () => {
    const planted = `ticklegram=${'A'.repeat(43)}`
    const answer = await signIn(planted)
    expect(cookieOf(answer)).not.toBe(planted)
    expect((await me(planted)).statusCode).toBe(401)
  })

  test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(5000), ' ', '0'])('a made-up token (%#) is nobody', async (token) => {
    expect((await me(`ticklegram=${token}`)).statusCode).toBe(401)
  })

  test('AUT-5: ends after twelve hours without a request and goes on with one', async () => {
    const idle = await cookieFor(part.ctx, cast.ines.id)
    const busy = await cookieFor(part.ctx, cast.tomas.id)
    const step = sessionLife.idle / 2 + 1
    expect((await me(busy)).statusCode).toBe(200)
    now += step
    expect((await me(busy)).statusCode).toBe(200)
    now += step
    expect((await me(busy)).statusCode).toBe(200)
    expect((await me(idle)).statusCode).toBe(401)
  })

  test('AUT-5: ends after seven days however busy', async () => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    const end = now + sessionLife.absolute
    while (now + sessionLife.idle / 2 < end) {
      now += sessionLife.idle / 2
      expect((await me(cookie)).statusCode).toBe(200)
    }
    now = end - 1
    expect((await me(cookie)).statusCode).toBe(200)
    now = end
    expect((await me(cookie)).statusCode).toBe(401)
  })

  test('is over after signing out, here at once', async () => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    expect((await me(cookie)).statusCode).toBe(200)
    const answer = await part.http.inject({ method: 'DELETE', url: '/api/v1/session', headers: { cookie } })
    expect(answer.statusCode).toBe(204)
    expect(answer.cookies[0]).toMatchObject({ name: 'ticklegram', value: '' })
    expect((await me(cookie)).statusCode).toBe(401)
  })

  test('is known without a statement for a second', async () => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    await me(cookie)
    statements.length = 0
    await me(cookie)
    expect(statements.filter((sql) => sql.includes('sessions'))).toEqual([])
  })
})

describe('sessions of somebody who is changed', () => {
  test('AUT-9: all end with a new password, and the live stream is told', async () => {
    const cookies = [await cookieFor(part.ctx, cast.away.id), await cookieFor(part.ctx, cast.away.id)]
    const other = await cookieFor(part.ctx, cast.ines.id)
    for (const cookie of cookies) expect((await me(cookie)).statusCode).toBe(200)
    await resetPassword(part.ctx, { email: cast.away.email, password: 'another fair password' })
    for (const cookie of cookies) expect((await me(cookie)).statusCode).toBe(401)
    expect((await me(other)).statusCode).toBe(200)
    const last = await part.ctx.db.q
      .selectFrom('changes')
      .selectAll()
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(last).toMatchObject({ type: 'session.ended', user_id: cast.away.id })
  })

  test('AUT-9: are refused within two seconds when another process deactivates them or takes their position', async () => {
    const cookie = await cookieFor(part.ctx, cast.tomas.id)
    const supervisor = await cookieFor(part.ctx, cast.supervisor.id)
    const users = () => part.http.inject({ url: '/api/v1/users', headers: { cookie: supervisor } })
    expect((await me(cookie)).statusCode).toBe(200)
    expect((await users()).statusCode).toBe(200)
    const elsewhere = await openDatabase(part.config.databaseUrl)
    await elsewhere.q.updateTable('users').set({ is_active: 0 }).where('id', '=', cast.tomas.id).execute()
    await elsewhere.q.updateTable('users').set({ position_id: null }).where('id', '=', cast.supervisor.id).execute()
    await elsewhere.close()
    const within = { timeout: 2000, interval: 50 }
    await vi.waitFor(async () => expect((await me(cookie)).statusCode).toBe(401), within)
    await vi.waitFor(async () => expect((await users()).statusCode).toBe(403), within)
  })
})

describe('a request that changes something', () => {
  const change = (headers: Record<string, string>, payload = '{"canReceiveNewChats":true}') =>
    part.http.inject({
      method: 'PATCH',
      url: '/api/v1/me',
      headers: { 'content-type': 'application/json', ...headers },
      payload,
    })

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'http://localhost:3000.evil.example' }],
  ])('AUT-6: is refused from another site: %j', async (headers) => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    const answer = await change({ cookie, ...headers })
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'foreign_origin'])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('AUT-6: is refused as %s, which any site’s form can send', async (type) => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    expect((await change({ cookie, 'content-type': type })).statusCode).toBe(415)
  })

  test('AUT-6: is taken from our own page and from a program', async () => {
    const cookie = await cookieFor(part.ctx, cast.ines.id)
    const own = { origin: new URL(part.config.publicUrl).origin, 'sec-fetch-site': 'same-origin' }
    expect((await change({ cookie, ...own })).statusCode).toBe(200)
    expect((await change({ cookie })).statusCode).toBe(200)
  })
})
