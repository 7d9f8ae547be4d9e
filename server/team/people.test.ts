import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Permission } from '../../shared/permissions.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers, cheapCost, cookieFor } from '../../test/cast.ts'
import { verifyChain } from '../audit/chain.ts'
import { auditRoutes } from '../audit/routes.ts'
import { authMemory } from '../auth/memory.ts'
import { hashPassword } from '../auth/password.ts'
import { authRoutes } from '../auth/routes.ts'
import { channelRoutes } from '../channels/routes.ts'
import { accountRoutes } from './account-routes.ts'
import { insertUser } from './create-user.ts'
import { teamRoutes } from './routes.ts'
import { setAvailability } from './set-availability.ts'

const routes = [...authRoutes, ...accountRoutes, ...teamRoutes, ...auditRoutes, ...channelRoutes]
let part: Part
let cast: Cast
let positions: Record<string, string>
beforeAll(async () => {
  part = await bootPart({ routes })
  cast = await castUsers(part.ctx)
  const rows = await part.ctx.db.q.selectFrom('positions').select(['id', 'slug']).execute()
  positions = Object.fromEntries(rows.map((row) => [row.slug, row.id]))
})
afterAll(async () => {
  expect(await verifyChain(part.ctx.db.q)).toMatchObject({ sound: true })
  await part.close()
})

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
async function ask(method: Method, path: string, body?: object, who: string = cast.admin.id, cookie?: string) {
  const headers = { cookie: cookie ?? (await cookieFor(part.ctx, who)) }
  const payload = body ? { payload: body } : {}
  const answer = await part.http.inject({ method, url: `/api/v1${path}`, headers, ...payload })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), text: answer.body }
}
type Answer = Awaited<ReturnType<typeof ask>>
const code = ({ status, body }: Answer) => body?.error?.code ?? status

let made = 0
/** Somebody with a position that holds exactly these codes. */
async function personWith(codes: Permission[], more: { role?: 'admin' | 'agent' } = {}): Promise<string> {
  const slug = `made-${++made}`
  const passwordHash = await hashPassword(castPassword, cheapCost)
  return part.ctx.db.transaction(async (tx) => {
    await tx.q
      .insertInto('positions')
      .values({ name: slug, slug, permissions_json: JSON.stringify(codes) })
      .execute()
    const user = {
      name: slug,
      email: `${slug}@people.example`,
      role: 'agent' as const,
      position: slug,
      passwordHash,
      ...more,
    }
    return insertUser(tx, { ...user, isActive: true, canReceiveNewChats: false }, Date.UTC(2026, 1, 1) + made * 1000)
  })
}
const row = (id: string) => part.ctx.db.q.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const lastAudit = async (target: string) => (await ask('GET', `/audit-events?target=${target}&limit=1`)).body.items[0]

let chats = 0
async function chatOf(assignedTo: string | null, waiting = true): Promise<string> {
  const id = `00000000-0000-7000-8000-${String(++chats).padStart(12, '0')}`
  const time = `2026-11-22 08:00:00.${String(chats % 1000).padStart(3, '0')}`
  const status = assignedTo ? ('assigned' as const) : ('unassigned' as const)
  const chat = {
    id,
    username: 'Customer',
    platform: 'FACEBOOK' as const,
    assigned_to: assignedTo,
    status,
    created_at: time,
  }
  await part.ctx.db.q
    .insertInto('chats')
    .values({ ...chat, ...(waiting ? { last_incoming_at: time } : { last_outgoing_at: time }) })
    .execute()
  return id
}
const assigneeOf = async (id: string) =>
  (await part.ctx.db.q.selectFrom('chats').select('assigned_to').where('id', '=', id).executeTakeFirstOrThrow())
    .assigned_to

describe('the directory', () => {
  test('shows who manages people how they sign in, their chats and when they were last here', async () => {
    await chatOf(cast.ines.id)
    await chatOf(cast.ines.id)
    const { body } = await ask('GET', '/users?q=duarte')
    expect(body.items).toMatchObject([
      {
        name: 'Ines Duarte',
        positionName: 'Agent (Messaging)',
        assignedChats: 2,
        profile: { email: 'ines@cast.example', contactNumber: '+351912345678', empId: 'E-17', isInvited: false },
      },
    ])
    expect(body.totals).toMatchObject({ people: 7, active: 6, admins: 1, matching: 1 })
    await cookieFor(part.ctx, cast.ines.id)
    expect((await ask('GET', `/users/${cast.ines.id}`)).body.lastSeenAt).toMatch(/Z$/)
    const limited = await ask('GET', '/users?q=duarte', undefined, cast.supervisor.id)
    expect(limited.body.items).toMatchObject([{ name: 'Ines Duarte', profile: null }])
    expect(limited.text).not.toContain('@cast.example')
    expect((await ask('GET', '/users?q=cast.example', undefined, cast.supervisor.id)).body.items).toEqual([])
    expect((await ask('GET', '/users', undefined, cast.ines.id)).status).toBe(403)
  })

  test('AZ-6: counts others’ chats only as far as one sees them', async () => {
    const own = await personWith(['chat:assign', 'chat:view:assigned'])
    const { body } = await ask('GET', '/users?q=duarte', undefined, own)
    expect(body.items[0].assignedChats).toBe(0)
  })

  test('is filtered by role, position, state and availability, and found by any letters', async () => {
    const names = async (query: string) =>
      (await ask('GET', `/users${query}`)).body.items.map((u: { name: string }) => u.name)
    expect(await names('?role=admin')).toEqual(['Maren Solheim'])
    expect(await names(`?position=${positions.supervisor}`)).toEqual(['Ruth Okafor'])
    expect(await names('?position=none&active=true')).toEqual(['Nils Neu'])
    expect(await names('?active=false')).toEqual(['Ida Gone'])
    expect(await names('?available=false&q=a&active=true')).toContain('Ada Away')
    expect(await names('?q=TOM%C3%81S')).toEqual(['Tomás Lindqvist'])
    expect(await names('?q=912%20345')).toEqual(['Ines Duarte'])
    expect(await names('?q=e-17')).toEqual(['Ines Duarte'])
    expect((await ask('GET', `/users/${crypto.randomUUID()}`)).status).toBe(404)
  })

  test('goes page by page, also through what was found', async () => {
    for (const query of ['?limit=3', '?limit=3&q=a']) {
      const idsOf = ({ body }: Answer): string[] => body.items.map((u: { id: string }) => u.id)
      const all = idsOf(await ask('GET', `/users${query.replace('3', '200')}`))
      const seen: string[] = []
      for (let cursor = ''; ; ) {
        const page = await ask('GET', `/users${query}${cursor}`)
        seen.push(...idsOf(page))
        if (page.body.next === null) break
        cursor = `&cursor=${page.body.next}`
      }
      expect(seen.length).toBeGreaterThan(3)
      expect(seen).toEqual(all)
    }
  })
})

describe('somebody new', () => {
  test('is made with a password and signs in by each of their names', async () => {
    const { status, body } = await ask('POST', '/users', {
      name: ' Nora Berg ',
      email: ' Nora@Example.COM ',
      contactNumber: '912 34 567',
      country: 'NO',
      empId: ' N-1 ',
      positionId: positions['agent-messaging'],
      canReceiveNewChats: false,
      password: 'a fair password here',
    })
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        invitationLink: null,
        user: {
          name: 'Nora Berg',
          role: 'agent',
          profile: { email: 'nora@example.com', contactNumber: '+4791234567', empId: 'N-1', isInvited: false },
        },
      },
    })
    for (const login of ['nora@example.com', '+47 912 34 567', 'N-1']) {
      const answer = await part.http.inject({
        method: 'POST',
        url: '/api/v1/session',
        payload: { login, password: 'a fair password here' },
      })
      expect(answer.statusCode, login).toBe(201)
    }
    const event = await lastAudit(body.user.id)
    expect(event).toMatchObject({ action: 'user.created', after: { email: 'nora@example.com', invited: false } })
    expect(JSON.stringify(event)).not.toMatch(/fair|argon/)
  })

  test('is invited by a link that is shown once and can be renewed', async () => {
    const { body } = await ask('POST', '/users', { name: 'Ivo', empId: 'I-1' })
    expect(body.invitationLink).toMatch(/\/invitation\?token=[\w-]{43}$/)
    expect(body.user.profile.isInvited).toBe(true)
    const again = await ask('POST', `/users/${body.user.id}/invitation`)
    expect(again).toMatchObject({ status: 201 })
    expect(again.body.invitationLink).not.toBe(body.invitationLink)
    expect(code(await ask('POST', `/users/${cast.ines.id}/invitation`))).toBe('not_invited')
  })

  test.each([
    ['email', { email: 'INES@Cast.Example' }],
    ['contactNumber', { contactNumber: '(912) 345-678', country: 'PT' }],
    ['contactNumber', { contactNumber: '00351 912 345 678' }],
    ['empId', { empId: ' e-17 ' }],
    ['email', { email: 'legacy@cast.example' }],
    ['contactNumber', { contactNumber: '+4790000001' }],
  ])('with the %s of somebody else in another spelling is refused, naming it', async (field, identity) => {
    await part.ctx.db.q
      .updateTable('users')
      .set({ email: 'Legacy@Cast.Example', contact_number: '+47 900 00 001' })
      .where('id', '=', cast.away.id)
      .execute()
    const answer = await ask('POST', '/users', { name: 'Twin', ...identity })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'identifier_taken', details: { field } } } })
  })

  test('made twice at once is made once', async () => {
    const both = await Promise.all(
      [1, 2, 3].map((i) => ask('POST', '/users', { name: `Race ${i}`, email: 'race@x.example' })),
    )
    expect(both.map(code).toSorted()).toEqual([201, 'identifier_taken', 'identifier_taken'])
  })

  test.each([
    ['no_sign_in_name', { name: 'X' }],
    ['no_sign_in_name', { name: 'X', email: '  ' }],
    ['invalid_identifier', { name: 'X', email: 'x@' }],
    ['invalid_identifier', { name: 'X', email: 'a@b.c\r\nBcc: d@e.f' }],
    ['invalid_identifier', { name: 'X', contactNumber: 'call me' }],
    ['invalid_identifier', { name: 'X', contactNumber: '12', country: 'NO' }],
    ['weak_password', { name: 'X', empId: 'X-1', password: 'password123' }],
    ['bad_request', { name: '', empId: 'X-1' }],
    ['bad_request', { name: 'X', empId: 'X-1', role: 'root' }],
    ['bad_request', { name: 'X', empId: 'X-1', isActive: false }],
    ['unknown_position', { name: 'X', empId: 'X-1', positionId: '00000000-0000-7000-8000-00000000dead' }],
  ])('is refused as %s: %j', async (expected, body) => {
    expect(code(await ask('POST', '/users', body))).toBe(expected)
  })

  test('AZ-5: gets from an inviter only what they hold and may give', async () => {
    const inviter = await personWith(['user:invite'])
    const hr = await personWith([
      'user:invite',
      'position:assign',
      'chat:view:assigned',
      'chat:claim',
      'chat:message',
      'template:use',
    ])
    const make = (body: object, who: string) => ask('POST', '/users', { name: 'P', empId: `P-${++made}`, ...body }, who)
    expect(code(await make({}, inviter))).toBe(201)
    expect(code(await make({ positionId: positions['agent-messaging'] }, inviter))).toBe('position_assign_needed')
    expect(code(await make({ positionId: positions['agent-messaging'] }, hr))).toBe(201)
    expect(code(await make({ positionId: positions.supervisor }, hr))).toBe('beyond_own')
    expect(code(await make({ role: 'admin' }, hr))).toBe('admins_only')
    expect(code(await make({ role: 'admin' }, cast.admin.id))).toBe(201)
    await part.ctx.db.q.updateTable('users').set({ role: 'agent' }).where('name', '=', 'P').execute()
  })
})

describe('somebody’s details', () => {
  test('are changed and recorded, with the old value beside the new one', async () => {
    const id = await personWith(['chat:message'])
    const change = { name: 'Changed', contactNumber: '912 34 999', country: 'NO', empId: 'C-9' }
    expect((await ask('PATCH', `/users/${id}`, change)).body).toMatchObject({
      name: 'Changed',
      profile: { contactNumber: '+4791234999', country: 'NO', empId: 'C-9' },
    })
    expect(await lastAudit(id)).toMatchObject({
      action: 'user.updated',
      before: { contactNumber: null },
      after: { name: 'Changed', contactNumber: '+4791234999' },
    })
    expect(code(await ask('PATCH', `/users/${id}`, { empId: 'E-17' }))).toBe('identifier_taken')
    expect(code(await ask('PATCH', `/users/${id}`, { email: null, contactNumber: null, empId: null }))).toBe(
      'no_sign_in_name',
    )
    expect(code(await ask('PATCH', `/users/${id}`, {}))).toBe('bad_request')
    expect(code(await ask('PATCH', `/users/${crypto.randomUUID()}`, { name: 'x' }))).toBe('not_found')
    expect(code(await ask('PATCH', `/users/${cast.admin.id}`, { email: 'new@x.example' }))).toBe('own_account')
  })

  test('stay in another program’s spelling where they are not what is changed', async () => {
    expect(code(await ask('PATCH', `/users/${cast.away.id}`, { name: 'Ada A.' }))).toBe(200)
    expect(await row(cast.away.id)).toMatchObject({ contact_number: '+47 900 00 001', email: 'Legacy@Cast.Example' })
  })

  test('AZ-5: by which one signs in are changed only by who may do as much', async () => {
    const manager = await personWith(['user:manage', 'chat:message'])
    const equal = await personWith(['chat:message'])
    const more = await personWith(['chat:message', 'chat:assign'])
    for (const [path, body] of [
      ['', { email: 'taken-over@x.example' }],
      ['/password', { password: 'another fair password' }],
    ] as const) {
      const method = path === '' ? 'PATCH' : 'POST'
      expect(code(await ask(method, `/users/${more}${path}`, body, manager))).toBe('outranked')
      expect(code(await ask(method, `/users/${cast.admin.id}${path}`, body, manager))).toBe('outranked')
      expect(code(await ask(method, `/users/${equal}${path}`, body, manager))).toBeLessThan(300)
    }
    expect(code(await ask('PATCH', `/users/${more}`, { name: 'Renamed' }, manager))).toBe(200)
    expect(code(await ask('PUT', `/users/${cast.admin.id}/active`, { isActive: false }, manager))).toBe('outranked')
    expect(code(await ask('DELETE', `/users/${cast.admin.id}/sessions`, undefined, manager))).toBe('outranked')
    expect(code(await ask('PUT', `/users/${cast.admin.id}/availability`, { canReceiveNewChats: false }, manager))).toBe(
      'outranked',
    )
  })
})

describe('a position', () => {
  test('AZ-5: AUT-9: is given and taken by who holds all of it, and counts at the next request', async () => {
    const giver = await personWith(['position:assign', 'chat:message', 'chat:view:assigned'])
    const someone = await personWith([])
    const small = (await row(await personWith(['chat:message']))).position_id
    const large = (await row(await personWith(['chat:message', 'chat:assign']))).position_id
    const give = (positionId: string | null | undefined, who: string, to = someone) =>
      ask('PUT', `/users/${to}/position`, { positionId: positionId ?? null }, who)
    const cookie = await cookieFor(part.ctx, someone)
    const held = async () => (await ask('GET', '/me', undefined, someone, cookie)).body.permissions
    expect(await held()).toEqual([])
    expect(code(await give(small, giver))).toBe(200)
    expect(await held()).toEqual(['chat:message'])
    expect(code(await give(large, giver))).toBe('beyond_own')
    expect(code(await give(large, cast.admin.id))).toBe(200)
    expect(code(await give(null, giver))).toBe('beyond_own')
    expect(code(await give(small, giver, giver))).toBe('own_account')
    expect(code(await give(crypto.randomUUID(), giver))).toBe('unknown_position')
    expect(await lastAudit(someone)).toMatchObject({ action: 'user.position_changed', after: { positionId: large } })
  })
})

describe('the last admin', () => {
  const role = (id: string, to: 'admin' | 'agent', who?: string) => ask('PUT', `/users/${id}/role`, { role: to }, who)

  test('AZ-5: roles are given by admins only, and never to oneself', async () => {
    const manager = await personWith(['user:manage'])
    expect(code(await role(cast.noPosition.id, 'admin', manager))).toBe('admins_only')
    expect(code(await role(cast.admin.id, 'agent'))).toBe('own_account')
    expect(code(await role(cast.noPosition.id, 'admin'))).toBe(200)
    expect((await ask('GET', '/me', undefined, cast.noPosition.id)).body.permissions).toContain('user:manage')
    expect(code(await role(cast.noPosition.id, 'agent'))).toBe(200)
  })

  test.each([
    ['demote', (id: string, who: string) => role(id, 'agent', who)],
    ['deactivate', (id: string, who: string) => ask('PUT', `/users/${id}/active`, { isActive: false }, who)],
  ])('AUT-13: stays when two admins %s each other at once', async (_, strike) => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = await Promise.all([personWith([], { role: 'admin' }), personWith([], { role: 'admin' })])
      await part.ctx.db.q.updateTable('users').set({ role: 'agent' }).where('id', '=', cast.admin.id).execute()
      authMemory(part.ctx.db).sessions.forgetAll()
      const results = await Promise.all([strike(a, b), strike(b, a)])
      expect(results.filter((r) => r.status === 200)).toHaveLength(1)
      const left = await part.ctx.db.q
        .selectFrom('users')
        .select('id')
        .where('role', '=', 'admin')
        .where('is_active', '=', 1)
        .execute()
      expect(left).toHaveLength(1)
      await part.ctx.db.q.updateTable('users').set({ role: 'agent' }).where('id', 'in', [a, b]).execute()
      await part.ctx.db.q.updateTable('users').set({ role: 'admin' }).where('id', '=', cast.admin.id).execute()
      authMemory(part.ctx.db).sessions.forgetAll()
    }
  })
})

describe('deactivation', () => {
  const switchTo = (id: string, isActive: boolean, note?: string) =>
    ask('PUT', `/users/${id}/active`, { isActive, note })
  const eligible = [() => cast.ines.id, () => cast.tomas.id]
  beforeEach(async () => {
    await part.ctx.db.q.updateTable('users').set({ can_receive_new_chats: 0 }).execute()
    for (const id of eligible) await setAvailability(part.ctx, { userId: id(), canReceiveNewChats: true })
  })

  test('ASG-6: ends sessions at once and hands the chats on through the rotation, with the reason', async () => {
    const leaver = await personWith(['chat:message', 'chat:view:assigned'])
    const cookie = await cookieFor(part.ctx, leaver)
    const own = await Promise.all([chatOf(leaver), chatOf(leaver, false), chatOf(leaver), chatOf(leaver)])
    expect((await ask('GET', '/me', undefined, leaver, cookie)).status).toBe(200)
    const { body } = await switchTo(leaver, false, 'Left the company')
    expect(body).toMatchObject({ user: { isActive: false, assignedChats: 0 }, chats: { handedOver: 4, unassigned: 0 } })
    expect((await ask('GET', '/me', undefined, leaver, cookie)).status).toBe(401)
    const now = await Promise.all(own.map(assigneeOf))
    expect(now.filter((id) => id === cast.ines.id)).toHaveLength(2)
    expect(now.filter((id) => id === cast.tomas.id)).toHaveLength(2)
    const reasons = await part.ctx.db.q
      .selectFrom('chat_assignments')
      .select(['reason', 'from_user_id', 'by_user_id'])
      .where('chat_id', 'in', own)
      .execute()
    expect(reasons).toEqual(own.map(() => ({ reason: 'handed_over', from_user_id: leaver, by_user_id: cast.admin.id })))
    const { body: logs } = await ask('GET', `/user-status-logs?of=${leaver}`)
    expect(logs.items).toMatchObject([
      { subject: { id: leaver }, changedTo: false, changedBy: { name: 'Maren Solheim' }, note: 'Left the company' },
    ])
    expect(await lastAudit(leaver)).toMatchObject({ action: 'user.deactivated', after: { handedOver: 4 } })
    expect((await switchTo(leaver, false)).status).toBe(200)
    expect((await ask('GET', `/user-status-logs?of=${leaver}`)).body.items).toHaveLength(1)
  })

  test('ASG-6: ASG-5: without anybody eligible leaves the chats unassigned, and activation takes them back in turn', async () => {
    for (const id of eligible) await setAvailability(part.ctx, { userId: id(), canReceiveNewChats: false })
    const leaver = await personWith(['chat:message', 'chat:view:assigned'])
    await setAvailability(part.ctx, { userId: leaver, canReceiveNewChats: true })
    const chat = await chatOf(leaver)
    expect((await switchTo(leaver, false)).body.chats).toEqual({ handedOver: 0, unassigned: 1 })
    expect(await assigneeOf(chat)).toBeNull()
    const { status } = await part.ctx.db.q
      .selectFrom('chats')
      .select('status')
      .where('id', '=', chat)
      .executeTakeFirstOrThrow()
    expect(status).toBe('unassigned')
    await switchTo(leaver, true, 'Back')
    expect(await assigneeOf(chat)).toBe(leaver)
  })

  test('ASG-6: takes a thousand chats in one go, and a failure undoes all of it', async () => {
    const leaver = await personWith(['chat:message'])
    for (let i = 0; i < 1001; i += 1) await chatOf(leaver)
    const { body } = await switchTo(leaver, false)
    expect(body.chats).toEqual({ handedOver: 1001, unassigned: 0 })
    const spread = await part.ctx.db.q
      .selectFrom('chat_assignments')
      .select((e) => ['to_user_id', e.fn.countAll<number>().as('n')])
      .where('from_user_id', '=', leaver)
      .groupBy('to_user_id')
      .execute()
    expect(spread.map((s) => Number(s.n)).toSorted()).toEqual([500, 501])
  })

  test('the availability of others is switched and recorded once', async () => {
    const put = (canReceiveNewChats: boolean) =>
      ask('PUT', `/users/${cast.ines.id}/availability`, { canReceiveNewChats })
    expect((await put(false)).body.canReceiveNewChats).toBe(false)
    await put(false)
    const { items } = (await ask('GET', `/audit-events?action=user.availability_changed&target=${cast.ines.id}`)).body
    expect(items).toMatchObject([{ before: { canReceiveNewChats: true }, after: { canReceiveNewChats: false } }])
  })

  test('an admin’s new password and "end sessions" end every session', async () => {
    for (const [method, path, body] of [
      ['POST', 'password', { password: 'told on the phone 7' }],
      ['DELETE', 'sessions', undefined],
    ] as const) {
      const cookie = await cookieFor(part.ctx, cast.tomas.id)
      expect((await ask('GET', '/me', undefined, '', cookie)).status).toBe(200)
      expect((await ask(method, `/users/${cast.tomas.id}/${path}`, body)).status).toBe(204)
      expect((await ask('GET', '/me', undefined, '', cookie)).status).toBe(401)
    }
    expect(code(await ask('POST', `/users/${cast.admin.id}/password`, { password: 'told on the phone 7' }))).toBe(
      'own_account',
    )
  })
})

describe('one’s own account', () => {
  test('AUT-10: sign-in names and the password ask for the current password; other sessions end', async () => {
    const me = await personWith(['chat:message'])
    const [here, there] = [await cookieFor(part.ctx, me), await cookieFor(part.ctx, me)]
    const my = (method: Method, path: string, body?: object) => ask(method, path, body, me, here)
    expect((await my('PATCH', '/me', { name: 'Myself' })).body.name).toBe('Myself')
    expect(code(await my('PATCH', '/me', { email: 'me@people.example' }))).toBe('password_needed')
    expect(code(await my('PATCH', '/me', { email: 'me@people.example', currentPassword: 'wrong' }))).toBe(
      'wrong_password',
    )
    const right = { currentPassword: castPassword }
    expect((await my('PATCH', '/me', { email: 'Me@People.example', ...right })).body.email).toBe('me@people.example')
    expect(code(await my('PATCH', '/me', { email: 'ines@cast.example', ...right }))).toBe('identifier_taken')
    expect(code(await my('PATCH', '/me', { role: 'admin' }))).toBe('bad_request')
    expect(code(await my('PATCH', '/me', { empId: 'X' }))).toBe('bad_request')

    const change = { newPassword: 'my very own new words' }
    expect(code(await my('PUT', '/me/password', { ...change, currentPassword: 'wrong' }))).toBe('wrong_password')
    expect(code(await my('PUT', '/me/password', { ...right, newPassword: 'password123' }))).toBe('weak_password')
    expect(code(await my('PUT', '/me/password', { ...right, ...change }))).toBe(204)
    expect((await my('GET', '/me')).status).toBe(200)
    expect((await ask('GET', '/me', undefined, me, there)).status).toBe(401)
    expect(await lastAudit(me)).toMatchObject({ action: 'password.changed', before: null, after: null })
  })

  test('shows one’s sessions and ends them, never somebody else’s', async () => {
    const me = await personWith([])
    const [here, there, elsewhere] = [
      await cookieFor(part.ctx, me),
      await cookieFor(part.ctx, me),
      await cookieFor(part.ctx, me),
    ]
    const my = (method: Method, path: string) => ask(method, path, undefined, me, here)
    const { items } = (await my('GET', '/me/sessions')).body
    expect(items).toHaveLength(3)
    expect(items.filter((s: { isThisOne: boolean }) => s.isThisOne)).toHaveLength(1)
    expect(JSON.stringify(items)).not.toMatch(/hash|token/)
    const others = items.filter((s: { isThisOne: boolean }) => !s.isThisOne)
    expect(code(await ask('DELETE', `/me/sessions/${others[0].id}`))).toBe('not_found')
    expect(code(await my('DELETE', `/me/sessions/${others[0].id}`))).toBe(204)
    expect(code(await my('DELETE', `/me/sessions/${others[0].id}`))).toBe('not_found')
    expect(code(await my('DELETE', '/me/sessions'))).toBe(204)
    const alive = await Promise.all([here, there, elsewhere].map((c) => ask('GET', '/me', undefined, me, c)))
    expect(alive.map((a) => a.status).toSorted()).toEqual([200, 401, 401])
  })
})

describe('a page', () => {
  test('is switched with a note that stands in its history', async () => {
    const id = '00000000-0000-7000-8000-0000000000f1'
    const page = { id, user_id: cast.admin.id, page_id: '4711', page_name: 'Shop', access_token: 'none' }
    await part.ctx.db.q.insertInto('facebook_pages').values(page).execute()
    const put = (isActive: boolean, who?: string) => ask('PATCH', `/pages/${id}`, { isActive, note: 'Winter' }, who)
    expect((await put(false)).body).toMatchObject({ pageId: '4711', isActive: false })
    await put(false)
    expect((await put(true, cast.supervisor.id)).status).toBe(403)
    const { items } = (await ask('GET', '/page-status-logs?of=4711')).body
    expect(items).toMatchObject([
      { subject: { id: '4711', name: 'Shop' }, changedTo: false, changedBy: { id: cast.admin.id }, note: 'Winter' },
    ])
    await part.ctx.db.q
      .insertInto('user_status_logs')
      .values({ user_id: cast.inactive.id, changed_by: 'MAREN', changed_to: 0, changed_at: '2020-01-01 00:00:00.000' })
      .execute()
    expect((await ask('GET', `/user-status-logs?of=${cast.inactive.id}`)).body.items).toMatchObject([
      { changedBy: { id: null, name: 'MAREN' }, note: null },
    ])
    expect((await ask('GET', '/user-status-logs', undefined, cast.supervisor.id)).status).toBe(403)
  })
})
