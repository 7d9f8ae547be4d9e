import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { RunningSandbox } from '../sandbox/main.ts'
import { startSandbox } from '../sandbox/main.ts'
import { connectChannel } from '../server/channels/connect-channel.ts'
import type { Ctx } from '../server/ctx.ts'
import { createSender, type Sender, type SenderOptions } from '../server/messages/sender.ts'
import { createGraph } from '../server/meta/graph.ts'
import { callLimits } from '../server/meta/graph-http.ts'
import type { Clock } from '../server/platform/clock.ts'
import type { Logger } from '../server/platform/log.ts'
import type { Message } from '../shared/message.ts'
import { bootTestApp, type TestApp } from './boot.ts'
import { type Cast, castUsers, cookieFor } from './cast.ts'
import { instagramId, pageId, testSecret, verifyToken } from './meta-payloads.ts'

/** One accepted send in the sandbox's journal: what a customer really received. */
export interface Accepted {
  mid: string
  text: string
  metadata: string | null
  recipientId: string
  tag: string | null
  replyTo: string | null
  host: string
  at: number
}

export interface TestChat {
  id: string
  contactId: string
  threadId: string
  platform: 'INSTAGRAM' | 'FACEBOOK'
}

export interface SendRig {
  app: TestApp
  ctx: Ctx
  sandbox: RunningSandbox
  cast: Cast
  /** Calls the sandbox's control API. */
  control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  /** A new customer writes, and their chat is there. */
  newChat(platform: TestChat['platform'], text?: string): Promise<TestChat>
  post(chat: TestChat, body: Record<string, unknown>, options?: { key?: string; userId?: string }): Promise<Reply>
  resolve(chat: TestChat, messageId: string, action: string, userId?: string): Promise<Reply>
  messages(chat: TestChat): Promise<Message[]>
  message(chat: TestChat, id: string): Promise<Message>
  sends(): Promise<Accepted[]>
  faults(...faults: Record<string, unknown>[]): Promise<void>
  startSender(options?: SenderOptions & { ctx?: Ctx }): Sender
  close(): Promise<void>
}

export interface Reply {
  status: number
  body: Message & { error?: { code: string; details?: unknown } }
}

/** Polls until the condition holds; fails after ten seconds and not by a fixed sleep. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | false | null | undefined> | T | false,
): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`never came: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

/**
 * The program with a real pretend Meta on the other side: webhooks arrive, sends leave. The sender is started by the
 * test, so that queued messages can be looked at; calls time out after a fraction of a second.
 */
export async function bootSending({
  clock,
  databaseUrl,
  log,
}: {
  clock?: Clock
  databaseUrl?: string
  log?: Logger
} = {}): Promise<SendRig> {
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    world: 'empty',
    appSecret: testSecret,
    verifyToken,
    retryDelaysMs: [20, 50],
  })
  const app = await bootTestApp({
    ...(clock ? { clock } : {}),
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(log ? { log } : {}),
    env: {
      META_APP_ID: sandbox.client.appId,
      META_GRAPH_URL: sandbox.client.graphUrl,
      META_INSTAGRAM_GRAPH_URL: sandbox.client.instagramGraphUrl,
    },
  })
  const limits = { ...callLimits, connect: 1000, headers: 400, total: 800 }
  const graph = createGraph(app.config.meta, { log: app.ctx.log, metrics: app.ctx.metrics, limits })
  const ctx = Object.assign(app.ctx, { graph })
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const address = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`
  const cast = await castUsers(ctx)
  const senders: Sender[] = []

  const control: SendRig['control'] = async <T>(method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${sandbox.url}/_sandbox/api${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  await connectBoth(ctx, control, cast.admin.id)
  await control('POST', '/subscribe', { url: `${address}/webhooks/meta` })

  const call = async (
    method: 'GET' | 'POST',
    path: string,
    options: { body?: unknown; key?: string; userId?: string } = {},
  ): Promise<Reply> => {
    const answer = await app.http.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        cookie: await cookieFor(ctx, options.userId ?? cast.supervisor.id),
        ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      },
      ...(options.body === undefined ? {} : { payload: options.body as object }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }

  const messages: SendRig['messages'] = async (chat) =>
    ((await call('GET', `/chats/${chat.id}/messages`)).body as unknown as { items: Message[] }).items

  return {
    app,
    ctx,
    sandbox,
    cast,
    control,
    messages,
    message: async (chat, id) => {
      const found = (await messages(chat)).find((m) => m.id === id)
      if (!found) throw new Error(`no message ${id}`)
      return found
    },
    newChat: async (platform, text = 'Hello, is it still there?') => {
      const { person, threadId } = await control<{ person: { id: string }; threadId: string }>('POST', '/people', {
        platform: platform === 'INSTAGRAM' ? 'instagram' : 'messenger',
        name: 'Ana Pereira',
      })
      await control('POST', `/threads/${threadId}/messages`, { text })
      const column = platform === 'INSTAGRAM' ? 'instagram_user_id' : 'facebook_user_id'
      const row = await until('the chat', () =>
        ctx.db.q.selectFrom('chats').select('id').where(column, '=', person.id).executeTakeFirst(),
      )
      return { id: row.id, contactId: person.id, threadId, platform }
    },
    post: (chat, body, { key = randomUUID(), userId } = {}) =>
      call('POST', `/chats/${chat.id}/messages`, { body, key, ...(userId ? { userId } : {}) }),
    resolve: (chat, messageId, action, userId) =>
      call('POST', `/chats/${chat.id}/messages/${messageId}/resolution`, {
        body: { action },
        ...(userId ? { userId } : {}),
      }),
    sends: async () => (await control<{ sends: Accepted[] }>('GET', '/sends')).sends,
    faults: async (...faults) => {
      await control('PUT', '/faults', faults)
    },
    startSender: ({ ctx: other = ctx, ...options } = {}) => {
      const sender = createSender(other, { pollMs: 50, ...options })
      senders.push(sender)
      sender.start()
      return sender
    },
    close: async () => {
      await control('PUT', '/faults', [])
      for (const sender of senders) await sender.stop()
      graph.close()
      await sandbox.close()
      await app.close()
    },
  }
}

/** Connects the shop's page and Instagram account with the tokens the sandbox has for them now. */
export async function connectBoth(ctx: Ctx, control: SendRig['control'], userId: string): Promise<void> {
  const { accounts } = await control<{ accounts: { id: string; token: string; platform: string }[] }>('GET', '/state')
  const token = (id: string) => accounts.find((account) => account.id === id)?.token ?? ''
  await connectChannel(ctx, {
    platform: 'FACEBOOK',
    pageId,
    name: 'Nordlys Interiors',
    flavour: 'facebook',
    token: token(pageId),
    userId,
    verify: true,
  })
  await connectChannel(ctx, {
    platform: 'INSTAGRAM',
    pageId: instagramId,
    name: 'nordlys.interiors',
    flavour: 'instagram',
    token: token(instagramId),
    userId,
    verify: true,
  })
}
