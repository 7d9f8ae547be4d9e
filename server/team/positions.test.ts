import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Permission } from '../../shared/permissions.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castUsers, cookieFor } from '../../test/cast.ts'
import { auditRoutes } from '../audit/routes.ts'
import { authRoutes } from '../auth/routes.ts'
import { insertUser } from './create-user.ts'
import { positionRoutes } from './position-routes.ts'

let part: Part
let cast: Cast
/** Somebody who may edit positions and answer, and nothing else. */
let editor: string
beforeAll(async () => {
  part = await bootPart({ routes: [...positionRoutes, ...authRoutes, ...auditRoutes] })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, userId = cast.admin.id) {
  const cookie = await cookieFor(part.ctx, userId)
  const payload = body ? { payload: body } : {}
  const answer = await part.http.inject({ method, url: `/api/v1${path}`, headers: { cookie }, ...payload })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
}

const stored = (permissions_json: string, slug: string) =>
  part.ctx.db.transaction(async (tx) => {
    await tx.q.insertInto('positions').values({ name: slug, slug, permissions_json }).execute()
    return (await tx.q.selectFrom('positions').select('id').where('slug', '=', slug).executeTakeFirstOrThrow()).id
  })
const withPosition = (slug: string, position: string) =>
  part.ctx.db.transaction((tx) =>
    insertUser(
      tx,
      {
        name: slug,
        email: `${slug}@positions.example`,
        role: 'agent',
        position,
        passwordHash: 'none',
        isActive: true,
        canReceiveNewChats: true,
      },
      Date.UTC(2026, 0, 2),
    ),
  )
const permissionsOf = async (userId: string) => (await ask('GET', '/me', undefined, userId)).body.permissions

let n = 0
const fresh = (name = 'Night shift', permissions: Permission[] = ['chat:view:team', 'chat:message']) =>
  ask('POST', '/positions', { name: `${name} ${++n}`, permissions })

describe('positions', () => {
  test('are made, read, changed and deleted, each on record', async () => {
    const made = await ask('POST', '/positions', {
      name: ' Équipe du soir! ',
      description: 'After five',
      permissions: ['chat:message', 'chat:view:team'],
    })
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Équipe du soir!',
        slug: 'equipe-du-soir',
        permissions: ['chat:view:team', 'chat:message'],
        isSystem: false,
        holders: 0,
        fault: null,
      },
    })
    const at = `/positions/${made.body.id}`
    expect((await ask('PATCH', at, { name: 'Late team', permissions: ['chat:message'] })).body).toMatchObject({
      name: 'Late team',
      slug: 'equipe-du-soir',
      permissions: ['chat:message'],
    })
    expect((await ask('GET', at)).body).toMatchObject({ name: 'Late team', people: [] })
    expect((await ask('DELETE', at)).status).toBe(204)
    expect((await ask('GET', at)).status).toBe(404)
    const { items } = (await ask('GET', `/audit-events?target=${made.body.id}`)).body
    expect(items).toMatchObject([
      { action: 'position.deleted', before: { name: 'Late team' } },
      {
        action: 'position.updated',
        before: { name: 'Équipe du soir!', permissions: ['chat:view:team', 'chat:message'] },
        after: { name: 'Late team', permissions: ['chat:message'] },
      },
      { action: 'position.created', actor: { id: cast.admin.id } },
    ])
  })

  test('say clearly when a short name is taken, and a copy finds a free one', async () => {
    const first = await ask('POST', '/positions', { name: 'Front Desk', permissions: [] })
    const again = await ask('POST', '/positions', { name: 'front  desk?', permissions: [] })
    expect(again).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'slug_taken',
          details: { field: 'slug', slug: 'front-desk', position: { id: first.body.id, name: 'Front Desk' } },
        },
      },
    })
    const slugs = []
    for (let i = 0; i < 2; i++) slugs.push((await ask('POST', `/positions/${first.body.id}/copy`, {})).body.slug)
    expect(slugs).toEqual(['front-desk-copy', 'front-desk-copy-2'])
    expect((await ask('POST', '/positions', { name: 'Ночь', permissions: [] })).status).toBe(201)
    const race = await Promise.all(
      Array.from({ length: 5 }, () => ask('POST', '/positions', { name: 'Race', permissions: [] })),
    )
    expect(race.map((r) => r.status).toSorted()).toEqual([201, 409, 409, 409, 409])
  })

  test.each([
    { name: '', permissions: [] },
    { name: 'x', permissions: ['chat:everything'] },
    { name: 'x', permissions: 'chat:message' },
    { name: 'x', slug: '../x', permissions: [] },
    { name: 'x', permissions: [], isSystem: true },
    { name: 'x'.repeat(256), permissions: [] },
  ])('refuse %j', async (body) => {
    expect((await ask('POST', '/positions', body)).status).toBe(400)
  })

  test('AZ-5: that belong to the system or are in use are not deleted', async () => {
    const { items } = (await ask('GET', '/positions?limit=200')).body
    const system = items.find((p: { slug: string }) => p.slug === 'supervisor')
    expect(system).toMatchObject({ isSystem: true, holders: 1 })
    expect((await ask('DELETE', `/positions/${system.id}`)).body.error.code).toBe('system_position')
    const made = await fresh()
    await withPosition('holder', made.body.slug)
    expect(await ask('DELETE', `/positions/${made.body.id}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'position_in_use', details: { holders: 1 } } },
    })
    expect((await ask('GET', `/positions/${made.body.id}`)).body).toMatchObject({
      holders: 1,
      people: [{ name: 'holder' }],
    })
  })

  test('AZ-4: broken by hand grant nothing, are shown as broken, and are mended by saving', async () => {
    const broken = await stored('["chat:view:all"', 'broken')
    const odd = await stored('["*","chat:message"]', 'odd')
    const user = await withPosition('of-broken', 'broken')
    expect((await ask('GET', `/positions/${broken}`)).body).toMatchObject({ fault: 'unreadable', permissions: [] })
    expect((await ask('GET', `/positions/${odd}`)).body).toMatchObject({
      fault: 'unknown_codes',
      permissions: ['chat:message'],
    })
    expect(await permissionsOf(user)).toEqual([])
    expect((await ask('PATCH', `/positions/${broken}`, { permissions: [] })).body.fault).toBeNull()
    expect((await ask('PATCH', `/positions/${odd}`, { permissions: ['chat:message'] })).body.fault).toBeNull()
  })

  test('RT-5: AUT-9: give their holders what they say at the next request, and tell the live stream', async () => {
    const made = await fresh()
    const user = await withPosition('rescoped', made.body.slug)
    expect(await permissionsOf(user)).toEqual(['chat:view:team', 'chat:message'])
    await ask('PATCH', `/positions/${made.body.id}`, { permissions: ['chat:view:assigned'] })
    expect(await permissionsOf(user)).toEqual(['chat:view:assigned'])
    const changes = await part.ctx.db.q.selectFrom('changes').select(['type', 'user_id']).execute()
    expect(changes.slice(-2)).toEqual([
      { type: 'position.updated', user_id: null },
      { type: 'user.updated', user_id: user },
    ])
  })

  test('ASG-4: that now may answer take what waits', async () => {
    const made = await fresh('Silent', ['chat:view:team'])
    await part.ctx.db.q.updateTable('users').set({ can_receive_new_chats: 0 }).execute()
    const user = await withPosition('now-answers', made.body.slug)
    const id = '00000000-0000-7000-8000-00000000c0f1'
    const time = '2026-11-22 08:00:00.000'
    await part.ctx.db.q
      .insertInto('chats')
      .values({ id, username: 'Customer', platform: 'FACEBOOK', last_incoming_at: time, created_at: time })
      .execute()
    await ask('PATCH', `/positions/${made.body.id}`, { permissions: ['chat:view:team', 'chat:message'] })
    const chat = await part.ctx.db.q.selectFrom('chats').select('assigned_to').where('id', '=', id).execute()
    expect(chat).toEqual([{ assigned_to: user }])
  })
})

describe('who edits positions without being an admin', () => {
  const held: Permission[] = ['position:manage', 'chat:message', 'chat:view:assigned']
  beforeEach(async () => {
    if (editor) return
    await stored(JSON.stringify(held), 'editors')
    editor = await withPosition('editor', 'editors')
  })
  const asEditor = (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => ask(method, path, body, editor)
  const code = (answer: { status: number; body: { error?: { code: string } } }) =>
    answer.body?.error?.code ?? answer.status

  test('AZ-5: grants and takes only what they hold themselves', async () => {
    expect(code(await asEditor('POST', '/positions', { name: 'Same', permissions: held }))).toBe(201)
    expect(await asEditor('POST', '/positions', { name: 'More', permissions: ['chat:assign'] })).toMatchObject({
      status: 403,
      body: { error: { code: 'beyond_own', details: { permissions: ['chat:assign'] } } },
    })
    const strong = (await fresh('Strong', ['chat:assign', 'chat:message'])).body.id
    expect(code(await asEditor('POST', `/positions/${strong}/copy`, {}))).toBe('beyond_own')
    expect(code(await asEditor('PATCH', `/positions/${strong}`, { permissions: ['chat:message'] }))).toBe('beyond_own')
    expect(code(await asEditor('DELETE', `/positions/${strong}`))).toBe('beyond_own')
    expect(code(await asEditor('PATCH', `/positions/${strong}`, { permissions: ['chat:assign'] }))).toBe(200)
  })

  test('AZ-5: changes neither the permissions of their own position nor a system one', async () => {
    const { items } = (await ask('GET', '/positions?limit=200')).body
    const idOf = (slug: string) => items.find((p: { slug: string }) => p.slug === slug).id
    expect(code(await asEditor('PATCH', `/positions/${idOf('editors')}`, { permissions: [] }))).toBe('own_position')
    expect(code(await asEditor('PATCH', `/positions/${idOf('editors')}`, { description: 'Us' }))).toBe(200)
    expect(code(await asEditor('DELETE', `/positions/${idOf('editors')}`))).toBe('own_position')
    expect(code(await asEditor('PATCH', `/positions/${idOf('supervisor')}`, { name: 'x' }))).toBe('admins_only')
  })

  test('previews what a position sees; figures only if they see every chat themselves', async () => {
    const made = await fresh('Previewed', ['chat:view:team', 'chat:message'])
    const at = `/positions/${made.body.id}/preview`
    expect((await ask('GET', at, undefined, editor)).body).toEqual({
      permissions: ['chat:view:team', 'chat:message'],
      chats: { sees: 'some', own: true, team: true, unassigned: true, views: null },
    })
    expect((await ask('GET', at)).body.chats.views).toMatchObject({ mine: 0, unassigned: 0, all: 0 })
  })
})
