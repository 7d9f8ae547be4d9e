import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bootTestApp, type TestApp } from '../test/boot.ts'
import { castUsers, cookieFor } from '../test/cast.ts'
import { authenticate } from './auth/authenticate.ts'
import type { Ctx } from './ctx.ts'
import { registerHealth } from './health.ts'
import { createHttpServer } from './platform/http/server.ts'

let app: TestApp

beforeAll(async () => {
  app = await bootTestApp()
})

afterAll(() => app.close())

const get = (url: string, headers: Record<string, string> = {}) => app.http.inject({ url, headers })

/** The health addresses alone, over a changed context. */
async function probes(ctx: Ctx, backlog = 0) {
  const http = await createHttpServer(ctx.config, ctx.log)
  const readiness = registerHealth(http, ctx, { backlog: () => backlog }, authenticate(ctx))
  opened.push(http)
  return {
    readiness,
    ready: () => http.inject({ url: '/health/ready' }),
    live: () => http.inject({ url: '/health/live' }),
  }
}

const opened: Awaited<ReturnType<typeof createHttpServer>>[] = []
afterEach(async () => {
  for (const http of opened.splice(0)) await http.close()
})

describe('health', () => {
  test('RUN-5: a program that can do its work is live and ready, and tells nothing else', async () => {
    const live = await get('/health/live')
    expect([live.statusCode, live.json()]).toEqual([200, { status: 'ok' }])
    const ready = await get('/health/ready')
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready', notReady: [] }])
  })

  test('RUN-5: the database is written to, once for all who ask within a second', async () => {
    const { ready } = await probes(app.ctx)
    const written = async () =>
      Number(
        (await app.ctx.db.q.selectFrom('sequences').select('value').where('name', '=', 'health').executeTakeFirst())
          ?.value ?? 0,
      )
    const before = await written()
    const answers = await Promise.all(Array.from({ length: 20 }, ready))
    expect(answers.map((a) => a.statusCode)).toEqual(Array(20).fill(200))
    expect((await written()) - before).toBe(1)
  })

  test('RUN-5: without its database it is not ready but live, in plain names, also when the database hangs', async () => {
    const failing: Ctx = {
      ...app.ctx,
      db: { ...app.ctx.db, transaction: () => Promise.reject(new Error('connect ECONNREFUSED db.internal:3306')) },
    }
    const down = await probes(failing)
    const answer = await down.ready()
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not_ready', notReady: ['database'] }])
    expect(answer.body).not.toContain('db.internal')
    expect((await down.live()).statusCode).toBe(200)

    const hanging: Ctx = { ...app.ctx, db: { ...app.ctx.db, transaction: () => new Promise(() => {}) } }
    const hung = await probes(hanging)
    const began = performance.now()
    expect((await hung.ready()).json().notReady).toEqual(['database'])
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('RUN-5: steps of the schema that are missing and a long backlog are named', async () => {
    await app.ctx.db.q.transaction().execute(async (q) => {
      const own = q as unknown as import('kysely').Kysely<{ schema_migrations: { id: string; applied_at: string } }>
      await own.updateTable('schema_migrations').set({ id: 'another' }).where('id', 'like', '001%').execute()
    })
    const { ready } = await probes(app.ctx, 4000)
    expect((await ready()).json().notReady).toEqual(['migrations', 'ingest'])
  })

  test('RUN-1: a program that is stopping says so before it goes', async () => {
    const { ready, readiness, live } = await probes(app.ctx)
    readiness.stopping()
    const answer = await ready()
    expect([answer.statusCode, answer.json().notReady]).toEqual([503, ['stopping']])
    expect((await live()).statusCode).toBe(200)
  })
})

describe('metrics', () => {
  test('are for this machine itself and for those who may see the machine room', async () => {
    const cast = await castUsers(app.ctx)
    const here = await get('/metrics')
    expect(here.statusCode).toBe(200)
    expect(here.body).toContain('ticklegram_live_sockets')
    const from = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
      app.http.inject({ url: '/metrics', headers, remoteAddress })
    expect((await from({ 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(403)
    expect((await from({}, '192.0.2.7')).statusCode).toBe(403)
    const [agent, admin] = [await cookieFor(app.ctx, cast.ines.id), await cookieFor(app.ctx, cast.admin.id)]
    expect((await from({ cookie: agent }, '192.0.2.7')).statusCode).toBe(403)
    expect((await from({ cookie: admin }, '192.0.2.7')).statusCode).toBe(200)
  })
})
