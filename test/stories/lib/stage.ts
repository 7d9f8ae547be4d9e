import type { ThreadView } from '../../../sandbox/control/view.ts'
import { type RunningSandbox, startSandbox } from '../../../sandbox/main.ts'
import { ensureSetupToken } from '../../../server/auth/setup-token.ts'
import type { Ctx } from '../../../server/ctx.ts'
import { openSandbox } from '../../../server/demo/open-sandbox.ts'
import { createGraph } from '../../../server/meta/graph.ts'
import { callLimits } from '../../../server/meta/graph-http.ts'
import { setAvailability } from '../../../server/team/set-availability.ts'
import { bootTestApp, type TestApp } from '../../boot.ts'
import { freePort } from '../../built-server.ts'
import { type Cast, castUsers, cookieFor } from '../../cast.ts'
import { testDatabaseUrl } from '../../database.ts'
import { testSecret, verifyToken } from '../../meta-payloads.ts'
import { type Accepted, connectBoth, until } from '../../send-rig.ts'
import { closeBrowser, openBrowser } from './browser.ts'
import { photograph } from './look.ts'
import { openVisitor, type Visitor, type VisitorOptions } from './visitor.ts'

/** Somebody who writes to the shop, on their own phone. */
export interface Customer {
  id: string
  name: string
  threadId: string
  platform: 'instagram' | 'messenger'
  writes(words: string): Promise<void>
  reads(): Promise<void>
  phone(): Promise<ThreadView>
}

export interface Stage {
  url: string
  sandbox: RunningSandbox
  cast: Cast
  ctx(): Ctx
  /** The one-time link of the first set-up. */
  setupLink(): Promise<string>
  /** Calls the sandbox's control API. */
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  /** A customer nobody has heard from yet. */
  customer(platform: Customer['platform'], name: string): Promise<Customer>
  /** A customer whose first message has arrived: their chat is in the inbox. */
  customerWhoWrote(platform: Customer['platform'], name: string, words?: string): Promise<Customer>
  /** Texts that Meta accepted for a customer, in order. */
  received(customer: Customer): Promise<string[]>
  /** Switches whether the rotation gives somebody new chats. At first Ines and Tomás take turns, with the admin. */
  available(who: keyof Cast, canReceiveNewChats: boolean): Promise<void>
  faults(...faults: Record<string, unknown>[]): Promise<void>
  /** Connects the pages, as an operator does when Meta has ended a token. */
  connectPages(): Promise<void>
  /** A person of the cast with a session, or a stranger, at a screen of their own. */
  visit(who: keyof Cast | null, path?: string, options?: Partial<VisitorOptions>): Promise<Visitor>
  /** The page on which one plays the customers. */
  playCustomers(): Promise<Visitor>
  stopServer(): Promise<void>
  startServer(): Promise<void>
  /** Ends a story: pictures of every screen when it failed, and a failure when server or browsers complained. */
  endStory(story: { name: string; result?: { state?: string } }): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  /** What the shop has lived through: nothing, or the week of the sandbox, which needs its mode. */
  world?: 'empty' | 'nordlys'
  /** No people and no pages: the very first start. */
  untouched?: boolean
  /** The program knows that it speaks to the sandbox and says so. */
  sandboxMode?: boolean
}

/** The whole program on a fresh database, a pretend Meta on the other side, and browsers before it. */
export async function openStage({
  world = 'empty',
  untouched = false,
  sandboxMode = world === 'nordlys',
}: StageOptions = {}): Promise<Stage> {
  const database = await testDatabaseUrl()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    world,
    appSecret: testSecret,
    verifyToken,
    webhookUrl: `${url}/webhooks/meta`,
    inboxUrl: url,
    retryDelaysMs: [20, 50, 200],
  })
  const control: Stage['control'] = async <T>(method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/api${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const boot = () => bootShort({ databaseUrl: database.url, port, sandbox, sandboxMode })
  let app = await boot()
  const complaints: string[] = []
  const visitors: Visitor[] = []
  const cast = untouched ? ({} as Cast) : await castUsers(app.ctx)
  await app.start()
  const connectPages = () => connectBoth(app.ctx, control, cast.admin.id)
  if (world === 'nordlys') await openSandbox(app.ctx)
  else if (!untouched) await connectPages()

  const stage: Stage = {
    url,
    sandbox,
    cast,
    control,
    connectPages,
    ctx: () => app.ctx,
    async setupLink() {
      const link = await ensureSetupToken(app.ctx)
      if (!link) throw new Error('The set-up is over')
      return link
    },
    async customer(platform, name) {
      const { person, threadId } = await control<{ person: { id: string }; threadId: string }>('POST', '/people', {
        platform,
        name,
      })
      return {
        id: person.id,
        name,
        threadId,
        platform,
        writes: async (text) => void (await control('POST', `/threads/${threadId}/messages`, { text })),
        reads: async () => void (await control('POST', `/threads/${threadId}/read`)),
        phone: () => control<ThreadView>('GET', `/threads/${threadId}`),
      }
    },
    async customerWhoWrote(platform, name, words = 'Hello, is it still there?') {
      const customer = await stage.customer(platform, name)
      await customer.writes(words)
      // The profile comes by a job of its own; before that the chat is called by a short form of the id.
      await until(`the chat of ${name}`, () =>
        app.ctx.db.q.selectFrom('chats').select('id').where('username', '=', name).executeTakeFirst(),
      )
      return customer
    },
    async received(customer) {
      const { sends } = await control<{ sends: Accepted[] }>('GET', '/sends')
      return sends.filter((send) => send.recipientId === customer.id).map((send) => send.text)
    },
    available: (who, canReceiveNewChats) => setAvailability(app.ctx, { userId: cast[who].id, canReceiveNewChats }),
    faults: async (...faults) => void (await control('PUT', '/faults', faults)),
    async visit(who, path = '/', options = {}) {
      const browser = await openBrowser()
      const name = who === null ? 'a stranger' : cast[who].name
      const visitor = await openVisitor(browser, {
        name,
        url,
        ...(who === null ? {} : { cookie: await cookieFor(app.ctx, cast[who].id) }),
        ...options,
      })
      visitors.push(visitor)
      await visitor.page.goto(path)
      return visitor
    },
    async playCustomers() {
      const visitor = await openVisitor(await openBrowser(), { name: 'the customers', url: sandbox.url })
      visitors.push(visitor)
      await visitor.page.goto('/')
      return visitor
    },
    async stopServer() {
      complaints.push(...app.errors)
      await app.close()
    },
    async startServer() {
      app = await boot()
      await app.start()
    },
    async endStory(story) {
      if (story.result?.state === 'fail') await photograph(visitors, story.name)
      const heard = [...complaints, ...app.errors, ...visitors.flatMap((visitor) => visitor.complaints())]
      complaints.length = 0
      app.errors.length = 0
      if (heard.length > 0) throw new Error(`Complaints during the story:\n${heard.join('\n')}`)
    },
    async close() {
      for (const visitor of visitors) await visitor.context.close()
      await closeBrowser()
      await sandbox.close()
      await app.close()
      await database.drop()
    },
  }
  return stage
}

/** Meta's time-outs are shortened: a story does not sit out fifteen seconds. */
async function bootShort({
  databaseUrl,
  port,
  sandbox,
  sandboxMode,
}: {
  databaseUrl: string
  port: number
  sandbox: RunningSandbox
  sandboxMode: boolean
}): Promise<TestApp> {
  const app = await bootTestApp({
    databaseUrl,
    env: {
      PORT: String(port),
      SANDBOX: sandboxMode ? 'on' : 'off',
      META_APP_ID: sandbox.client.appId,
      META_GRAPH_URL: sandbox.client.graphUrl,
      META_INSTAGRAM_GRAPH_URL: sandbox.client.instagramGraphUrl,
    },
  })
  const limits = { ...callLimits, connect: 1500, headers: 1000, total: 2000 }
  app.ctx.graph.close()
  Object.assign(app.ctx, {
    graph: createGraph(app.config.meta, { log: app.ctx.log, metrics: app.ctx.metrics, limits }),
  })
  return app
}
