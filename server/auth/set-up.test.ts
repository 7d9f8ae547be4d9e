import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { createUser } from '../team/create-user.ts'
import { authRoutes } from './routes.ts'
import { ensureSetupToken } from './setup-token.ts'

const tokenIn = (link: string | null) => new URL(link ?? '').searchParams.get('token') ?? ''
const admin = { name: 'Maren Solheim', email: 'Maren@Nordlys.example', password: 'a fair password' }

describe('the first set-up', () => {
  let part: Part
  let token: string
  beforeAll(async () => {
    part = await bootPart({ routes: authRoutes })
    token = tokenIn(await ensureSetupToken(part.ctx))
  })
  afterAll(() => part.close())

  const setUp = (body: object) => part.http.inject({ method: 'POST', url: '/api/v1/setup', payload: body })
  const needed = async () => (await part.http.inject({ url: '/api/v1/setup' })).json().needed
  const people = () => part.ctx.db.q.selectFrom('users').select(['name', 'email', 'role', 'password_hash']).execute()

  test('is offered by a link that is stored as a hash only; a new start makes a new one', async () => {
    expect(await needed()).toBe(true)
    const link = await ensureSetupToken(part.ctx)
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:3000\/setup\?token=[A-Za-z0-9_-]{43}$/)
    expect(tokenIn(link)).not.toBe(token)
    expect(JSON.stringify(await part.ctx.db.q.selectFrom('setup_tokens').selectAll().execute())).not.toContain(
      tokenIn(link),
    )
    const old = await setUp({ ...admin, token })
    expect([old.statusCode, old.json().error.code]).toEqual([403, 'setup_token_invalid'])
    token = tokenIn(link)
  })

  test.each([
    [{ token: 'wrong' }, 403],
    [{ password: 'short' }, 400],
    [{ email: 'nobody' }, 400],
    [{ name: ' ' }, 400],
    [{ token: 0 }, 400],
    [{ role: 'admin' }, 400],
  ])('is refused with %j and stays open', async (fault, status) => {
    expect((await setUp({ ...admin, token, ...fault })).statusCode).toBe(status)
    expect(await needed()).toBe(true)
    expect(await people()).toEqual([])
  })

  test('AUT-11: twenty uses at once make one admin, who is signed in; then it is gone', async () => {
    const uses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => setUp({ ...admin, email: `maren${i}@nordlys.example`, token })),
    )
    const statuses = uses.map((u) => u.statusCode)
    expect(statuses.filter((s) => s === 201)).toHaveLength(1)
    expect(statuses.filter((s) => s === 404)).toHaveLength(19)
    expect(await people()).toMatchObject([{ name: 'Maren Solheim', role: 'admin' }])
    const winner = uses.find((u) => u.statusCode === 201)
    const [cookie] = winner?.cookies ?? []
    const me = await part.http.inject({ url: '/api/v1/me', headers: { cookie: `${cookie?.name}=${cookie?.value}` } })
    expect(me.json()).toMatchObject({ role: 'admin', name: 'Maren Solheim' })
    expect((await setUp({ ...admin, token })).statusCode).toBe(404)
    expect(await needed()).toBe(false)
    expect(await ensureSetupToken(part.ctx)).toBeNull()
  })
})

describe('an admin made elsewhere', () => {
  test('AUT-11: on the command line ends the set-up at once', async () => {
    const part = await bootPart({ routes: authRoutes })
    const token = tokenIn(await ensureSetupToken(part.ctx))
    await createUser(part.ctx, { ...admin, role: 'admin' })
    const answer = await part.http.inject({
      method: 'POST',
      url: '/api/v1/setup',
      payload: { ...admin, email: 'other@nordlys.example', token },
    })
    expect(answer.statusCode).toBe(404)
    expect(await ensureSetupToken(part.ctx)).toBeNull()
    await part.close()
  })

  test('AUT-11: by another program, in a database that was taken over, leaves nothing to set up', async () => {
    const part = await bootPart({ routes: authRoutes })
    await part.ctx.db.q
      .insertInto('users')
      .values({ name: 'Old Admin', password_hash: 'none', role: 'admin' })
      .execute()
    expect(await ensureSetupToken(part.ctx)).toBeNull()
    await part.close()
  })

  test('an agent does not end it', async () => {
    const part = await bootPart({ routes: authRoutes })
    await createUser(part.ctx, {
      name: 'Ines',
      email: 'ines@nordlys.example',
      password: 'a fair password',
      role: 'agent',
    })
    expect(await ensureSetupToken(part.ctx)).not.toBeNull()
    await part.close()
  })
})
