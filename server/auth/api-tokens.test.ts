import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bootTestApp, fixedClock, type TestApp } from '../../test/boot.ts'
import { type Cast, castPassword, castUsers, cookieFor } from '../../test/cast.ts'
import { openDatabase } from '../platform/db/open.ts'

const clock = fixedClock(Date.UTC(2026, 10, 22, 9))
const day = 24 * 3_600_000
let app: TestApp
let cast: Cast
beforeAll(async () => {
  app = await bootTestApp({ clock })
  cast = await castUsers(app.ctx)
})
afterAll(() => app.close())

const make = async (userId: string, permissions: string[], more: object = {}) => {
  const body = { name: 'Nightly export', permissions, expiresInDays: 30, password: castPassword, ...more }
  const headers = { cookie: await cookieFor(app.ctx, userId) }
  return app.http.inject({ method: 'POST', url: '/api/v1/me/api-tokens', headers, payload: body })
}
const tokenFor = async (userId: string, permissions: string[], more: object = {}) => {
  const answer = await make(userId, permissions, more)
  expect(answer.statusCode).toBe(201)
  return answer.json() as { id: string; token: string }
}
const bearer = (token: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...more })
const get = (url: string, headers: Record<string, string>) => app.http.inject({ url: `/api/v1${url}`, headers })

describe('a token for a program', () => {
  test('does what it names and its maker may do, and nothing else', async () => {
    const { token } = await tokenFor(cast.supervisor.id, ['chat:view:all'])
    expect((await get('/chats', bearer(token))).statusCode).toBe(200)
    expect((await get('/users', bearer(token))).statusCode).toBe(403)
    expect((await get('/webhook-ledger', bearer(token))).statusCode).toBe(403)
  })

  test('of an admin is no admin', async () => {
    const { token } = await tokenFor(cast.admin.id, ['chat:view:assigned'])
    expect((await get('/webhook-ledger', bearer(token))).statusCode).toBe(403)
    const chat = { id: '00000000-0000-7000-8000-00000000c001', username: 'Customer', assigned_to: cast.tomas.id }
    await app.ctx.db.q
      .insertInto('chats')
      .values({ ...chat, status: 'assigned' })
      .execute()
    expect((await get(`/chats/${chat.id}`, bearer(token))).statusCode).toBe(404)
    expect((await get(`/chats/${chat.id}`, { cookie: await cookieFor(app.ctx, cast.admin.id) })).statusCode).toBe(200)
  })

  test.each([
    ['GET', '/me'],
    ['PATCH', '/me'],
    ['DELETE', '/session'],
    ['GET', '/me/totp'],
    ['POST', '/me/totp'],
    ['GET', '/me/api-tokens'],
    ['POST', '/me/api-tokens'],
  ] as const)('does nothing with the account it acts for: %s %s', async (method, url) => {
    const { token } = await tokenFor(cast.admin.id, ['developer:view'])
    const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: {} }
    const answer = await app.http.inject({ method, url: `/api/v1${url}`, headers: bearer(token), ...payload })
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'forbidden'])
  })

  test('names only what its maker holds, and asks for the password', async () => {
    const more = await make(cast.ines.id, ['chat:view:assigned', 'chat:view:all', 'audit:view'])
    expect([more.statusCode, more.json().error]).toMatchObject([
      403,
      { code: 'permission_not_held', details: { permissions: ['chat:view:all', 'audit:view'] } },
    ])
    const wrong = await make(cast.ines.id, ['chat:view:assigned'], { password: 'wrong' })
    expect([wrong.statusCode, wrong.json().error.code]).toEqual([403, 'wrong_password'])
    for (const bad of [
      { permissions: [] },
      { permissions: ['chat:everything'] },
      { expiresInDays: 0 },
      { name: ' ' },
    ]) {
      expect((await make(cast.ines.id, ['chat:view:assigned'], bad)).statusCode).toBe(400)
    }
  })

  test('loses what its maker loses, within two seconds, also by another process', async () => {
    const { token } = await tokenFor(cast.tomas.id, ['chat:view:assigned'])
    expect((await get('/chats', bearer(token))).statusCode).toBe(200)
    const elsewhere = await openDatabase(app.config.databaseUrl)
    const change = (set: { position_id: null } | { is_active: 0 }) =>
      elsewhere.q.updateTable('users').set(set).where('id', '=', cast.tomas.id).execute()
    const within = { timeout: 2000, interval: 50 }
    await change({ position_id: null })
    await vi.waitFor(async () => expect((await get('/chats', bearer(token))).statusCode).toBe(403), within)
    await change({ is_active: 0 })
    await vi.waitFor(async () => expect((await get('/chats', bearer(token))).statusCode).toBe(401), within)
    await elsewhere.close()
  })

  test('is stored as a hash, is listed without itself, notes its use, and ends when revoked', async () => {
    const { id, token } = await tokenFor(cast.ines.id, ['chat:view:assigned'])
    const cookie = await cookieFor(app.ctx, cast.ines.id)
    const listed = async () => (await get('/me/api-tokens', { cookie })).json().items[0]
    expect(await listed()).toEqual({
      id,
      name: 'Nightly export',
      permissions: ['chat:view:assigned'],
      createdAt: new Date(clock.now()).toISOString(),
      expiresAt: new Date(clock.now() + 30 * day).toISOString(),
      lastUsedAt: null,
    })
    expect(JSON.stringify(await app.ctx.db.q.selectFrom('api_tokens').selectAll().execute())).not.toContain(token)
    expect((await get('/chats', bearer(token))).statusCode).toBe(200)
    expect((await listed()).lastUsedAt).toBe(new Date(clock.now()).toISOString())
    const revoke = (by: string) =>
      app.http.inject({ method: 'DELETE', url: `/api/v1/me/api-tokens/${id}`, headers: { cookie: by } })
    expect((await revoke(await cookieFor(app.ctx, cast.supervisor.id))).statusCode).toBe(404)
    expect((await get('/chats', bearer(token))).statusCode).toBe(200)
    expect((await revoke(cookie)).statusCode).toBe(204)
    expect((await get('/chats', bearer(token))).statusCode).toBe(401)
    expect((await revoke(cookie)).statusCode).toBe(404)
  })

  test('ends at its time', async () => {
    const { token } = await tokenFor(cast.supervisor.id, ['chat:view:all'], { expiresInDays: 1 })
    clock.advance(day - 1)
    expect((await get('/chats', bearer(token))).statusCode).toBe(200)
    clock.advance(1)
    expect((await get('/chats', bearer(token))).statusCode).toBe(401)
  })

  test('that is none is nobody, also beside a good cookie', async () => {
    const cookie = await cookieFor(app.ctx, cast.supervisor.id)
    const { token } = await tokenFor(cast.supervisor.id, ['chat:view:all'])
    for (const bad of ['x', token.toUpperCase(), token.slice(4), `${token}x`, `tkl_${'A'.repeat(43)}`, '0']) {
      expect((await get('/chats', bearer(bad, { cookie }))).statusCode).toBe(401)
    }
    const proxy = { authorization: 'Basic dXNlcjpwYXNz', cookie }
    expect((await get('/chats', proxy)).statusCode).toBe(200)
  })

  test('AUT-6: needs no origin of ours; a cookie does', async () => {
    const { token } = await tokenFor(cast.admin.id, ['developer:view'])
    const replay = (headers: Record<string, string>) =>
      app.http.inject({
        method: 'POST',
        url: '/api/v1/parked-events/00000000-0000-7000-8000-0000000000ff/replay',
        headers: { origin: 'https://tools.example', ...headers },
        payload: {},
      })
    expect((await replay(bearer(token))).statusCode).toBe(404)
    expect((await replay({ cookie: await cookieFor(app.ctx, cast.admin.id) })).json().error.code).toBe('foreign_origin')
  })

  test('a person has twenty at most', async () => {
    const answers = []
    for (let i = 0; i < 21; i++) answers.push((await make(cast.away.id, ['chat:view:assigned'])).statusCode)
    expect(answers).toEqual([...Array(20).fill(201), 409])
  })
})
