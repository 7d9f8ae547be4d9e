import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningSandbox, startSandbox } from '../../sandbox/main.ts'
import { bootTestApp, type TestApp } from '../../test/boot.ts'
import { bootPart } from '../../test/boot-part.ts'
import { ensureSetupToken } from '../auth/setup-token.ts'
import { channelFor } from '../channels/channel-for.ts'
import { type DemoPerson, makeCast } from './make-cast.ts'
import { openSandbox } from './open-sandbox.ts'

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

let sandbox: RunningSandbox
let app: TestApp
let people: DemoPerson[]
beforeAll(async () => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  sandbox = await startSandbox({ port: 0, dataDir: null, webhookUrl: `${address}/webhooks/meta`, inboxUrl: address })
  const { appId, appSecret, verifyToken, graphUrl, instagramGraphUrl } = sandbox.client
  app = await bootTestApp({
    env: {
      PORT: String(port),
      SANDBOX: 'on',
      META_APP_ID: appId,
      META_APP_SECRET: appSecret,
      META_VERIFY_TOKEN: verifyToken,
      META_GRAPH_URL: graphUrl,
      META_INSTAGRAM_GRAPH_URL: instagramGraphUrl,
    },
    start: true,
  })
  await ensureSetupToken(app.ctx)
  people = (await makeCast(app.ctx)) ?? []
  await openSandbox(app.ctx)
}, 60_000)
afterAll(async () => {
  await app.close()
  await sandbox.close()
})

describe('the demo', () => {
  test('makes two agents, a supervisor and an admin, who can sign in and know where the customers are played', async () => {
    expect(people.map((p) => p.does)).toEqual(['Agent', 'Agent', 'Supervisor', 'Admin'])
    expect(new Set(people.map((p) => p.password)).size).toBe(4)
    for (const { login, password, name } of people) {
      const answer = await app.http.inject({ method: 'POST', url: '/api/v1/session', payload: { login, password } })
      expect(answer.statusCode).toBe(201)
      expect(answer.json()).toMatchObject({ name, sandboxUrl: sandbox.url })
    }
  })

  test('is made once, and leaves the set-up link open', async () => {
    expect(await makeCast(app.ctx)).toBeNull()
    expect(await ensureSetupToken(app.ctx)).toMatch(/\/setup\?token=/)
  })

  test('connects both channels with sealed tokens that the sandbox takes', async () => {
    const { q } = app.ctx.db
    const pages = await q.selectFrom('facebook_pages').selectAll().execute()
    const accounts = await q.selectFrom('instagram_accounts').selectAll().execute()
    expect([pages.length, accounts.length]).toEqual([1, 1])
    for (const [platform, row] of [
      ['FACEBOOK', pages[0]],
      ['INSTAGRAM', accounts[0]],
    ] as const) {
      expect(row?.access_token).toMatch(/^v1\./)
      const channel = await channelFor(app.ctx, platform, row?.page_id ?? '')
      expect(
        await app.ctx.graph.verifyChannel({ platform, pageId: channel?.pageId ?? '', token: channel?.token ?? '' }),
      ).toMatchObject({ ok: true })
    }
  })

  test('brings a week of history, handed out to the agents in turn, read where we had the last word', async () => {
    const chats = await app.ctx.db.q
      .selectFrom('chats')
      .select(['assigned_to', 'unread_count', 'last_message_sender'])
      .execute()
    expect(chats.length).toBeGreaterThanOrEqual(10)
    const ours = (sender: string | null) => sender === 'AGENT' || sender?.endsWith('_PAGE')
    expect(chats.filter((c) => ours(c.last_message_sender) && c.unread_count !== 0)).toEqual([])
    expect(chats.filter((c) => !ours(c.last_message_sender) && c.unread_count === 0)).toEqual([])
    expect(chats.some((c) => ours(c.last_message_sender))).toBe(true)
    const counts = [...new Set(chats.map((c) => c.assigned_to))].map(
      (id) => chats.filter((c) => c.assigned_to === id).length,
    )
    expect(counts).toHaveLength(2)
    expect(Math.abs((counts[0] ?? 0) - (counts[1] ?? 0))).toBeLessThanOrEqual(1)
  })

  test('does nothing more at the next start', async () => {
    const before = await app.ctx.db.q
      .selectFrom('changes')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    await openSandbox(app.ctx)
    const after = await app.ctx.db.q
      .selectFrom('changes')
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
    expect(after).toEqual(before)
  })
})

test('without the sandbox nobody is made', async () => {
  const part = await bootPart({
    env: { SANDBOX: 'off', META_APP_ID: '1', META_APP_SECRET: 'x'.repeat(16), META_VERIFY_TOKEN: 'y'.repeat(8) },
  })
  expect(await makeCast(part.ctx)).toBeNull()
  await openSandbox(part.ctx)
  expect(await part.ctx.db.q.selectFrom('users').select('id').execute()).toEqual([])
  await part.close()
})
