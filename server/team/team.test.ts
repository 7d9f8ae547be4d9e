import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionCodes, systemPositions } from '../../shared/permissions.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castPassword, castUsers, cookieFor } from '../../test/cast.ts'
import { passwordMatches } from '../auth/password.ts'
import { findCredentials } from '../auth/queries.ts'
import { authRoutes } from '../auth/routes.ts'
import { createLog } from '../platform/log.ts'
import { userCreate, userResetPassword } from './commands.ts'
import { createUser } from './create-user.ts'
import { permissionsOf } from './permissions.ts'
import { teamRoutes } from './routes.ts'
import { seedSystemPositions } from './system-positions.ts'

let part: Part
let cast: Cast
beforeAll(async () => {
  part = await bootPart({ routes: [...authRoutes, ...teamRoutes] })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

describe('what a person may do', () => {
  const warnings: unknown[] = []
  const log = Object.assign(createLog('silent'), { warn: (line: unknown) => warnings.push(line) })
  const agent = (permissions_json: string | null, position_id: string | null = 'p1') =>
    [...permissionsOf({ role: 'agent', position_id, permissions_json }, log)].toSorted()

  test('AZ-4: an admin everything, whatever the position says', () => {
    expect([...permissionsOf({ role: 'admin', position_id: 'p1', permissions_json: '[]' }, log)]).toEqual(
      permissionCodes,
    )
    expect([...permissionsOf({ role: 'admin', position_id: null, permissions_json: null }, log)]).toEqual(
      permissionCodes,
    )
  })

  test('AZ-4: an agent exactly what the position says', () => {
    expect(agent('["chat:message","chat:view:all"]')).toEqual(['chat:message', 'chat:view:all'])
    expect(agent('[]')).toEqual([])
    expect(agent(null, null)).toEqual([])
    expect(warnings).toEqual([])
  })

  test.each([
    null,
    '',
    'chat:message',
    '{"chat:message":true}',
    '"chat:message"',
    '["chat:message"',
    'true',
    '[["chat:message"]]',
    '{"includes":1,"length":9}',
  ])('AZ-4: nothing by a broken value, which is reported: %s', (json) => {
    warnings.length = 0
    expect(agent(json)).toEqual([])
    expect(warnings).toHaveLength(1)
  })

  test('AZ-4: nothing by a code nobody knows, which is reported once', () => {
    warnings.length = 0
    expect(agent('["*","admin","chat:message","CHAT:ASSIGN","__proto__"]')).toEqual(['chat:message'])
    expect(agent('["*","admin","chat:message","CHAT:ASSIGN","__proto__"]')).toEqual(['chat:message'])
    expect(warnings).toHaveLength(1)
  })
})

describe('the system positions', () => {
  const stored = () =>
    part.ctx.db.q.selectFrom('positions').select(['slug', 'name', 'permissions_json', 'is_system']).execute()

  test('are all there once', async () => {
    await Promise.all([seedSystemPositions(part.ctx.db), seedSystemPositions(part.ctx.db)])
    const rows = await stored()
    expect(rows.map((r) => r.slug).toSorted()).toEqual(systemPositions.map((p) => p.slug).toSorted())
    expect(rows.every((r) => r.is_system === 1)).toBe(true)
  })

  test('keep what an admin changed over each start', async () => {
    const mine = { name: 'Front desk', permissions_json: '["chat:view:team"]' }
    await part.ctx.db.q.updateTable('positions').set(mine).where('slug', '=', 'super-admin').execute()
    await seedSystemPositions(part.ctx.db)
    expect((await stored()).find((r) => r.slug === 'super-admin')).toMatchObject(mine)
  })
})

describe('GET /users', () => {
  const users = async (query: string) => {
    const cookie = await cookieFor(part.ctx, cast.supervisor.id)
    const answer = await part.http.inject({ url: `/api/v1/users${query}`, headers: { cookie } })
    return { status: answer.statusCode, body: answer.body, ...answer.json() }
  }
  const names = (page: { items: { name: string }[] }) => page.items.map((u) => u.name)

  test('lists who may be given chats, by the one rule of eligibility', async () => {
    expect(names(await users('?assignable=true'))).toEqual(['Tomás Lindqvist', 'Ines Duarte'])
    expect(names(await users('?assignable=true&q=LINDq'))).toEqual(['Tomás Lindqvist'])
    expect(names(await users('?assignable=true&q=%25'))).toEqual([])
  })

  test('lists everybody newest first, page by page, and never a hash or a sign-in name', async () => {
    const first = await users('?limit=4')
    const second = await users(`?limit=4&cursor=${first.next}`)
    expect([...names(first), ...names(second)]).toEqual([
      'Ida Gone',
      'Nils Neu',
      'Ada Away',
      'Tomás Lindqvist',
      'Ines Duarte',
      'Ruth Okafor',
      'Maren Solheim',
    ])
    expect(second.next).toBeNull()
    expect(first.body + second.body).not.toMatch(/argon|hash|@cast/)
  })

  test.each(['?limit=0', '?limit=201', '?limit=x', '?assignable=yes', '?nonsense=1', '?q=a&q=b'])(
    'refuses %s',
    async (query) => {
      expect((await users(query)).status).toBe(400)
    },
  )
})

describe('one’s own availability', () => {
  const waitingChat = async (id: string) => {
    const time = '2026-11-22 08:00:00.000'
    await part.ctx.db.q
      .insertInto('chats')
      .values({ id, username: 'Customer', platform: 'FACEBOOK', last_incoming_at: time, created_at: time })
      .execute()
  }
  const assignee = async (id: string) =>
    (await part.ctx.db.q.selectFrom('chats').select('assigned_to').where('id', '=', id).executeTakeFirstOrThrow())
      .assigned_to
  const set = async (userId: string, canReceiveNewChats: boolean) =>
    part.http.inject({
      method: 'PATCH',
      url: '/api/v1/me',
      headers: { cookie: await cookieFor(part.ctx, userId) },
      payload: { canReceiveNewChats },
    })

  test('is switched by oneself, told to the live stream once, and takes what waits', async () => {
    for (const id of [cast.ines.id, cast.tomas.id])
      expect((await set(id, false)).json()).toMatchObject({ canReceiveNewChats: false })
    await waitingChat('00000000-0000-7000-8000-00000000c001')
    const back = await set(cast.tomas.id, true)
    expect(back.json()).toMatchObject({ id: cast.tomas.id, canReceiveNewChats: true })
    expect(await assignee('00000000-0000-7000-8000-00000000c001')).toBe(cast.tomas.id)
    await set(cast.tomas.id, true)
    const told = await part.ctx.db.q
      .selectFrom('changes')
      .select('type')
      .where('user_id', '=', cast.tomas.id)
      .where('type', '=', 'user.updated')
      .execute()
    expect(told).toHaveLength(2)
  })

  test('of a newcomer takes what waits as well', async () => {
    await set(cast.tomas.id, false)
    await waitingChat('00000000-0000-7000-8000-00000000c002')
    const newcomer = { name: 'New', email: 'new@cast.example', role: 'agent', password: castPassword } as const
    const id = await createUser(part.ctx, { ...newcomer, position: 'agent-messaging' })
    expect(await assignee('00000000-0000-7000-8000-00000000c002')).toBe(id)
  })
})

describe('the command line', () => {
  const make = (input: string, ...args: string[]) => userCreate(part.ctx, { args, input })
  const person = ['--name', 'Cleo Line', '--email', 'Cleo@Cast.example', '--role', 'agent', '--position', 'supervisor']

  test('makes a person with the password of standard input', async () => {
    expect(await make('a fair password\n', ...person)).toBe('Made the agent Cleo Line <Cleo@Cast.example>.')
    const found = await findCredentials(part.ctx.db.q, 'cleo@cast.example')
    expect(await passwordMatches('a fair password', found?.password_hash ?? null)).toBe(true)
  })

  test('refuses what cannot be, in words', async () => {
    await expect(make('a fair password', ...person)).rejects.toThrow('already has this e-mail')
    await expect(make('short', '--name', 'X', '--email', 'x@cast.example', '--role', 'agent')).rejects.toThrow(
      'At least 8',
    )
    await expect(make('a fair password', '--name', 'X', '--email', 'x', '--role', 'agent')).rejects.toThrow('email')
    await expect(make('a fair password', '--name', 'X', '--email', 'x@cast.example', '--role', 'root')).rejects.toThrow(
      '--role',
    )
    await expect(make('a fair password', '--name', 'X')).rejects.toThrow('Usage')
    await expect(make('a fair password', ...person.slice(0, 6), '--position', 'boss')).rejects.toThrow(
      'There are: admin, agent-messaging',
    )
  })

  test('gives a person a new password', async () => {
    const reset = (email: string, input: string) => userResetPassword(part.ctx, { args: ['--email', email], input })
    await reset(' INES@cast.example', 'brand new password\n')
    const found = await findCredentials(part.ctx.db.q, cast.ines.email)
    expect(await passwordMatches('brand new password', found?.password_hash ?? null)).toBe(true)
    await expect(reset('nobody@cast.example', 'brand new password')).rejects.toThrow('Nobody here')
    await expect(reset(cast.ines.email, 'short')).rejects.toThrow('At least 8')
  })
})
