import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Permission, permissionCodes } from '../../shared/permissions.ts'
import { bootTestApp, type TestApp } from '../../test/boot.ts'
import { type Cast, castUsers, cheapCost, cookieFor } from '../../test/cast.ts'
import { routes } from '../api.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Access, AnyRoute } from '../platform/http/route.ts'
import { createHttpServer, registerRoutes } from '../platform/http/server.ts'
import { insertUser } from '../team/create-user.ts'
import { createApiToken } from './api-tokens.ts'
import { authMemory } from './memory.ts'
import { hashPassword } from './password.ts'
import { sessionLife } from './sessions.ts'

/** Every kind of person who may knock, with what the table should give them. */
interface Knocker {
  is: string
  /** Null: nobody, as far as the server knows. */
  holds: ReadonlySet<Permission> | null
  cookie(): Promise<string | undefined>
  /** A program's token, which comes instead of a cookie. */
  bearer?: string
}

const table: readonly AnyRoute[] = routes
const nowhere = '00000000-0000-7000-8000-0000000000ff'
const labelOf = (r: AnyRoute) => `${r.method} ${r.path}`

let app: TestApp
let cast: Cast
beforeAll(async () => {
  app = await bootTestApp()
  cast = await castUsers(app.ctx)
})
afterAll(() => app.close())

/** Makes a position with these codes and somebody who has it. */
async function personWith(slug: string, permissionsJson: string): Promise<{ userId: string; positionId: string }> {
  const passwordHash = await hashPassword('not used here', cheapCost)
  return app.ctx.db.transaction(async (tx) => {
    const name = slug.slice(0, 100)
    await tx.q.insertInto('positions').values({ name, slug, permissions_json: permissionsJson }).execute()
    const user = {
      name,
      email: `${slug.replace(/\W/g, '-')}@walk.example`,
      role: 'agent',
      position: slug,
      passwordHash,
    } as const
    const userId = await insertUser(tx, { ...user, isActive: true, canReceiveNewChats: false }, Date.now())
    const { id } = await tx.q.selectFrom('positions').select('id').where('slug', '=', slug).executeTakeFirstOrThrow()
    return { userId, positionId: id }
  })
}

/** A program that acts for a holder of everything it was made for, who now holds only `left`. */
async function program(is: string, granted: Permission[], left: Permission[]): Promise<Knocker> {
  const { userId, positionId } = await personWith(`program:${is}`, JSON.stringify(left))
  const permissions = new Set(granted)
  const actor = { userId, name: is, role: 'agent', positionId, permissions, sessionId: 'none' } as const
  const wanted = { name: is, permissions: granted, expiresInDays: 1 }
  const { token } = await createApiToken(app.ctx, { actor, wanted })
  const holds = new Set(granted.filter((code) => left.includes(code)))
  return { is: `program ${is}`, holds, cookie: async () => undefined, bearer: token }
}

async function knockers(): Promise<Knocker[]> {
  const signedIn = (is: string, userId: string, holds: readonly Permission[]): Knocker => ({
    is,
    holds: new Set(holds),
    cookie: () => cookieFor(app.ctx, userId),
  })
  const nobody = (is: string, cookie: Knocker['cookie']): Knocker => ({ is, holds: null, cookie })
  const aged = async (set: { expires_at: string } | { last_seen_at: string }) => {
    const cookie = await cookieFor(app.ctx, cast.ines.id)
    await app.ctx.db.q.updateTable('sessions').set(set).where('user_id', '=', cast.ines.id).execute()
    authMemory(app.ctx.db).sessions.forgetAll()
    return cookie
  }
  const single = await Promise.all(
    permissionCodes.map(async (code) =>
      signedIn(`only ${code}`, (await personWith(`only:${code}`, JSON.stringify([code]))).userId, [code]),
    ),
  )
  const broken = ['{"chat:view:all":true}', '["*"]', 'chat:view:all', '["chat:view:all"'].map(async (json, i) =>
    signedIn(`position holding ${json}`, (await personWith(`broken:${i}`, json)).userId, []),
  )
  return [
    nobody('anonymous', async () => undefined),
    nobody('made-up session', async () => `ticklegram=${'A'.repeat(43)}`),
    nobody('deactivated', () => cookieFor(app.ctx, cast.inactive.id)),
    nobody('expired session', () => aged({ expires_at: dbTime(Date.now() - 1) })),
    nobody('idle session', () => aged({ last_seen_at: dbTime(Date.now() - sessionLife.idle) })),
    signedIn('no position', cast.noPosition.id, []),
    ...(await Promise.all(broken)),
    ...single,
    signedIn('Agent (Messaging)', cast.tomas.id, ['chat:view:assigned', 'chat:claim', 'chat:message', 'template:use']),
    signedIn('Supervisor', cast.supervisor.id, supervisorHolds),
    signedIn('Admin', cast.admin.id, permissionCodes),
    await program('for everything', permissionCodes, permissionCodes),
    await program('for one code', ['chat:view:all'], permissionCodes),
    await program('whose maker lost it', ['chat:view:all', 'audit:view'], ['audit:view']),
    { ...nobody('made-up token', async () => undefined), bearer: `tkl_${'A'.repeat(43)}` },
  ]
}

const supervisorHolds: Permission[] = [
  'chat:view:assigned',
  'chat:view:team',
  'chat:view:all',
  'chat:claim',
  'chat:message',
  'chat:assign',
  'template:use',
  'comment:moderate',
  'stats:view',
  'insight:view',
]

/** Written again here, so that a mistake in the server's own rule cannot hide. */
function expected(access: Access, holds: Knocker['holds'], isProgram = false): 'allowed' | 401 | 403 {
  if (access === 'public') return 'allowed'
  if (holds === null) return 401
  if (access === 'signed-in') return isProgram ? 403 : 'allowed'
  return access.filter((code) => holds.has(code)).length > 0 ? 'allowed' : 403
}

const refusals = { 401: 'signed_out', 403: 'forbidden' } as const

/** What came of it; any answer past the permission counts as allowed, if it is no failure of ours. */
function verdict(answer: Awaited<ReturnType<typeof knock>>): 'allowed' | 401 | 403 | string {
  const isJson = String(answer.headers['content-type']).startsWith('application/json')
  const code: string | undefined = isJson && answer.body !== '' ? answer.json().error?.code : undefined
  if (answer.statusCode >= 500) return `${answer.statusCode} ${answer.body}`
  if (answer.statusCode === 401 && code === refusals[401]) return 401
  return answer.statusCode === 403 && code === refusals[403] ? 403 : 'allowed'
}

async function knock(
  r: AnyRoute,
  {
    cookie,
    bearer,
    params = {},
    body = {},
  }: { cookie: string | undefined; bearer?: string | undefined; params?: Record<string, string>; body?: object },
) {
  const path = r.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? nowhere)
  const sends = r.method === 'GET' || r.method === 'DELETE' ? {} : { payload: body }
  const who = bearer ? { authorization: `Bearer ${bearer}` } : cookie ? { cookie } : {}
  const headers = { ...who, 'idempotency-key': crypto.randomUUID() }
  return app.http.inject({ method: r.method, url: `/api/v1${path}`, headers, ...sends })
}

describe('the route table', () => {
  test('AZ-1: a route without a permission does not start', async () => {
    for (const permission of [undefined, null, '', []]) {
      const careless = { ...(table[0] as AnyRoute), permission } as AnyRoute
      const http = await createHttpServer(app.config, app.ctx.log)
      await expect(registerRoutes(http, app.ctx, [careless], async () => null)).rejects.toThrow('has no permission')
      await http.close()
    }
  })

  test('AZ-1: names only permissions that exist, and is what the document shows', async () => {
    const unknown = table.filter(
      (r) => Array.isArray(r.permission) && r.permission.some((code) => !permissionCodes.includes(code)),
    )
    expect(unknown.map(labelOf)).toEqual([])
    const document = (await app.http.inject({ url: '/api/openapi.json' })).json()
    const documented = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, '').replace(/\{(\w+)\}/g, ':$1')}`,
      ),
    )
    expect(documented.toSorted()).toEqual(table.map(labelOf).toSorted())
  })

  test('AZ-2: lets every kind of person do exactly what it declares', async () => {
    const wrong: string[] = []
    let cells = 0
    for (const knocker of await knockers()) {
      for (const r of table) {
        const answer = await knock(r, { cookie: await knocker.cookie(), bearer: knocker.bearer })
        const want = expected(r.permission, knocker.holds, knocker.bearer !== undefined)
        const got = verdict(answer)
        if (got !== want) wrong.push(`${labelOf(r)} as ${knocker.is}: ${got}, expected ${want}`)
        cells++
      }
    }
    console.log(`AZ-2: ${table.length} routes × ${cells / table.length} kinds of people = ${cells} cells`)
    expect(wrong).toEqual([])
  }, 120_000)
})

/** Whose a chat is, seen from the person who asks. */
const places = ['own', 'of the same position', 'of another position', 'unassigned'] as const
type Place = (typeof places)[number]

/** Written again here, from the product's words. */
function sees(holds: ReadonlySet<Permission>, place: Place): boolean {
  if (holds.has('chat:view:all')) return true
  if (holds.has('chat:view:team')) return place !== 'of another position'
  return holds.has('chat:view:assigned') && (place === 'own' || (place === 'unassigned' && holds.has('chat:claim')))
}

/** What each address wants to hear before it looks for the chat. */
const bodies: Record<string, object> = {
  'POST /chats/:id/messages': { text: 'Hello' },
  'POST /chats/:id/messages/:messageId/resolution': { action: 'check' },
  'POST /chats/:id/read': {},
  'PUT /chats/:id/assignment': { userId: null },
}

describe('a chat', () => {
  const chatId = '00000000-0000-7000-8000-00000000ca01'
  const chatRoutes = table.filter((r) => r.path.startsWith('/chats/:id'))

  async function viewer(slug: string, holds: Permission[]) {
    const { userId, positionId } = await personWith(slug, JSON.stringify(holds))
    const colleague = await app.ctx.db.transaction((tx) =>
      insertUser(tx, { ...plainAgent, email: `colleague-of-${slug}@walk.example`, position: slug }, Date.now()),
    )
    return { is: slug, userId, positionId, colleague, holds: new Set(holds) }
  }
  const plainAgent = {
    name: 'Colleague',
    role: 'agent',
    passwordHash: 'none',
    isActive: true,
    canReceiveNewChats: false,
  } as const

  async function putChat(assignedTo: string | null) {
    await app.ctx.db.q
      .updateTable('chats')
      .set({ assigned_to: assignedTo, status: assignedTo ? 'assigned' : 'unassigned' })
      .where('id', '=', chatId)
      .execute()
  }

  test('AZ-3: AZ-6: one may not see answers exactly as one that does not exist, at every address', async () => {
    const time = dbTime(Date.now())
    await app.ctx.db.q
      .insertInto('chats')
      .values({ id: chatId, username: 'Customer', platform: 'FACEBOOK', last_incoming_at: time, created_at: time })
      .execute()
    const viewers = [
      await viewer('own-only', ['chat:view:assigned', 'chat:message', 'chat:assign']),
      await viewer('messaging', ['chat:view:assigned', 'chat:claim', 'chat:message', 'chat:assign']),
      await viewer('team', ['chat:view:team', 'chat:message', 'chat:assign']),
      await viewer('everything', ['chat:view:all', 'chat:message', 'chat:assign']),
      await viewer('sees-none', ['chat:message', 'chat:assign', 'chat:claim']),
    ]
    const wrong: string[] = []
    let cells = 0
    for (const v of viewers) {
      const cookie = await cookieFor(app.ctx, v.userId)
      const assignees = {
        own: v.userId,
        'of the same position': v.colleague,
        'of another position': cast.tomas.id,
        unassigned: null,
      }
      for (const r of chatRoutes) {
        if (expected(r.permission, v.holds) !== 'allowed') continue
        const body = bodies[labelOf(r)] ?? {}
        const missing = await knock(r, { cookie, params: { id: nowhere }, body })
        if (missing.statusCode !== 404)
          wrong.push(`${labelOf(r)}: ${missing.statusCode} for a chat that does not exist; give it a body in this test`)
        for (const place of places) {
          await putChat(assignees[place])
          const answer = await knock(r, { cookie, params: { id: chatId }, body })
          const same = answer.statusCode === 404 && answer.body === missing.body
          const onlyChat = !r.path.includes(':messageId')
          if (!sees(v.holds, place) && !same)
            wrong.push(`${labelOf(r)} as ${v.is}: ${answer.statusCode} for a chat ${place}`)
          if (sees(v.holds, place) && onlyChat && answer.statusCode === 404)
            wrong.push(`${labelOf(r)} as ${v.is}: hides a chat ${place}`)
          cells++
        }
      }
    }
    console.log(
      `AZ-3: ${cells} cells of ${chatRoutes.length} routes × ${viewers.length} people × ${places.length} chats`,
    )
    expect(wrong).toEqual([])
  }, 60_000)

  test('AZ-6: is listed, counted and searched by the same rule', async () => {
    const rows = await app.ctx.db.q
      .selectFrom('users as u')
      .innerJoin('positions as p', 'p.id', 'u.position_id')
      .select(['u.id', 'p.slug', 'u.name'])
      .execute()
    const wrong: string[] = []
    for (const [slug, holds] of Object.entries({
      'own-only': ['chat:view:assigned'],
      messaging: ['chat:view:assigned', 'chat:claim'],
      team: ['chat:view:team'],
      everything: ['chat:view:all'],
    })) {
      const of = (name: string) => rows.find((r) => r.slug === slug && r.name === name)?.id ?? ''
      const cookie = await cookieFor(app.ctx, of(slug))
      const assignees = {
        own: of(slug),
        'of the same position': of('Colleague'),
        'of another position': cast.tomas.id,
        unassigned: null,
      }
      for (const place of places) {
        await putChat(assignees[place])
        const seen = sees(new Set(holds as Permission[]), place) ? 1 : 0
        for (const query of ['?view=all', '?view=all&q=Custom']) {
          const found = (await app.http.inject({ url: `/api/v1/chats${query}`, headers: { cookie } })).json().items
            ?.length
          if (found !== seen) wrong.push(`${query} as ${slug}: ${found} chats ${place}`)
        }
      }
    }
    expect(wrong).toEqual([])
  }, 30_000)
})
