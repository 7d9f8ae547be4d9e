import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { expect, vi } from 'vitest'
import { WebSocket } from 'ws'
import { assignmentRoutes } from '../server/assignment/routes.ts'
import { authenticate } from '../server/auth/authenticate.ts'
import { chatChanges } from '../server/chats/live.ts'
import { chatRoutes } from '../server/chats/routes.ts'
import { loadConfig } from '../server/config.ts'
import type { Ctx } from '../server/ctx.ts'
import { messageRoutes } from '../server/messages/routes.ts'
import { systemClock } from '../server/platform/clock.ts'
import { migrate } from '../server/platform/db/migrate.ts'
import { type Database, openDatabase } from '../server/platform/db/open.ts'
import { dbTime } from '../server/platform/db/time.ts'
import { createHttpServer, registerRoutes } from '../server/platform/http/server.ts'
import { newId } from '../server/platform/ids.ts'
import { createLog } from '../server/platform/log.ts'
import { createMetrics } from '../server/platform/metrics.ts'
import { createLive } from '../server/platform/realtime/create-live.ts'
import type { LiveSettings } from '../server/platform/realtime/hub.ts'
import type { ServerFrame } from '../shared/events.ts'
import { type Cast, castUsers, cookieFor } from './cast.ts'
import { testDatabaseUrl, testEngine } from './database.ts'

const pageId = '1234567890'

/** One process of the program, as far as reading and live events go. */
export interface LiveProcess {
  ctx: Ctx
  http: FastifyInstance
  port: number
  stop(): Promise<void>
}

export interface LiveWorld {
  db: Database
  cast: Cast
  start(options?: { redisUrl?: string; settings?: LiveSettings; content?: typeof chatChanges }): Promise<LiveProcess>
  close(): Promise<void>
}

/** A migrated database with the cast and one page. Close it after all of its processes. */
export async function liveWorld(): Promise<LiveWorld> {
  const stored = await testDatabaseUrl()
  const db = await openDatabase(stored.url)
  await migrate(db)
  const others: Database[] = []
  const base = await partsOf(db, {})
  const cast = await castUsers(base)
  await db.q
    .insertInto('facebook_pages')
    .values({
      id: newId(),
      user_id: cast.admin.id,
      page_id: pageId,
      page_name: 'Blue Door',
      access_token: 'sealed-page-token',
    })
    .execute()
  return {
    db,
    cast,
    async start({ redisUrl, settings, content = chatChanges } = {}) {
      // SQLite has one process and one connection; two processes on one database are MySQL's.
      const own = testEngine === 'sqlite' ? db : await openDatabase(stored.url)
      if (own !== db) others.push(own)
      const parts = await partsOf(own, redisUrl ? { REDIS_URL: redisUrl } : {})
      const live = createLive(parts, content, settings)
      const ctx: Ctx = { ...parts, live }
      const http = await createHttpServer(ctx.config, ctx.log)
      const signedIn = authenticate(ctx)
      await live.register(http, signedIn)
      await registerRoutes(http, ctx, [...chatRoutes, ...messageRoutes, ...assignmentRoutes], signedIn)
      await live.start()
      await http.listen({ port: 0, host: '127.0.0.1' })
      return { ctx, http, port: (http.server.address() as AddressInfo).port, stop: () => http.close() }
    },
    async close() {
      for (const other of others) await other.close()
      await db.close()
      await stored.drop()
    },
  }
}

/** Everything but the live stream; parts that no test here needs are left out. */
async function partsOf(db: Database, env: Record<string, string>): Promise<Ctx> {
  const config = loadConfig({ SANDBOX: 'on', DATABASE_URL: 'sqlite:unused', ...env })
  const parts = { db, config, clock: systemClock, log: createLog('error'), metrics: createMetrics() }
  return parts as unknown as Ctx
}

/** A chat with a contact of its own. */
export async function newChat(db: Database, assignedTo: string | null): Promise<string> {
  const [id, contactId, now] = [newId(), newId(), dbTime(Date.now())]
  await db.q
    .insertInto('facebook_users')
    .values({ id: contactId, name: `Contact ${contactId.slice(-4)}` })
    .execute()
  await db.transaction(async (tx) => {
    const status = assignedTo ? ('assigned' as const) : ('unassigned' as const)
    await tx.q
      .insertInto('chats')
      .values({
        id,
        facebook_user_id: contactId,
        facebook_page_id: pageId,
        platform: 'FACEBOOK',
        username: 'Contact',
        status,
        assigned_to: assignedTo,
        last_incoming_at: now,
        created_at: now,
      })
      .execute()
    tx.change({ type: 'chat.updated', chatId: id })
  })
  return id
}

/** A customer's message, with its change row. Returns its id. */
export async function newMessage(db: Database, chatId: string, content: string): Promise<string> {
  const [id, now] = [newId(), dbTime(Date.now())]
  await db.transaction(async (tx) => {
    const chat = await tx.q
      .selectFrom('chats')
      .select('facebook_user_id')
      .where('id', '=', chatId)
      .executeTakeFirstOrThrow()
    await tx.q
      .insertInto('facebook_messages')
      .values({
        id,
        chat_id: chatId,
        sender: 'FACEBOOK_USER',
        content,
        platform: 'FACEBOOK',
        facebook_user_id: chat.facebook_user_id ?? '',
        timestamp: now,
        mid: `m_${id}`,
        metadata_json: '{"raw":"payload-of-meta"}',
      })
      .execute()
    await tx.q
      .updateTable('chats')
      .set((e) => ({
        last_message: content,
        last_message_sender: 'FACEBOOK_USER',
        last_message_kind: 'text',
        last_incoming_at: now,
        unread_count: e('unread_count', '+', 1),
      }))
      .where('id', '=', chatId)
      .execute()
    tx.change({ type: 'message.created', chatId, messageId: id })
  })
  return id
}

export async function moveChat(db: Database, chatId: string, to: string | null): Promise<void> {
  await db.transaction(async (tx) => {
    const { assigned_to: from } = await tx.q
      .selectFrom('chats')
      .select('assigned_to')
      .where('id', '=', chatId)
      .executeTakeFirstOrThrow()
    await tx.q
      .updateTable('chats')
      .set({ assigned_to: to, status: to ? 'assigned' : 'unassigned' })
      .where('id', '=', chatId)
      .execute()
    tx.change({ type: 'chat.assigned', chatId, data: { from, to } })
  })
}

/** The newest change number in the database. */
export async function headOf(db: Database): Promise<number> {
  const row = await db.q.selectFrom('sequences').select('value').where('name', '=', 'changes').executeTakeFirst()
  return Number(row?.value ?? 0)
}

export interface LiveClient {
  socket: WebSocket
  frames: ServerFrame[]
  /** Set when the socket has closed. */
  closed: number | null
  send(frame: unknown): void
  /** Resolves with the first frame, from those already here on, that fits. */
  until(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame>
  untilClosed(): Promise<number>
  close(): void
}

export interface ConnectOptions {
  cookie?: string
  origin?: string
  path?: string
  autoPong?: boolean
}

/** Opens a socket and collects what comes. Rejects with the HTTP status when the handshake is refused. */
export async function openSocket(
  process: LiveProcess,
  { cookie, origin, path = '/api/v1/live', autoPong = true }: ConnectOptions,
): Promise<LiveClient> {
  const headers = { ...(cookie ? { cookie } : {}), ...(origin ? { origin } : {}) }
  const socket = new WebSocket(`ws://127.0.0.1:${process.port}${path}`, { headers, autoPong })
  const client: LiveClient = {
    socket,
    frames: [],
    closed: null,
    send: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    until: (fits) => soon(() => client.frames.find(fits)),
    untilClosed: () => soon(() => client.closed),
    close: () => socket.terminate(),
  }
  socket.on('message', (data) => client.frames.push(JSON.parse(String(data))))
  socket.on('close', (code) => {
    client.closed = code
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, response) => reject(new Error(`refused with ${response.statusCode}`)))
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return client
}

/** Opens a socket for somebody, resumes, and waits until it is told `ready` or `resync`. */
export async function connect(process: LiveProcess, userId: string, since: number | null = null): Promise<LiveClient> {
  const client = await openSocket(process, { cookie: await cookieFor(process.ctx, userId) })
  client.send({ type: 'resume', since })
  await client.until((frame) => frame.type === 'ready' || frame.type === 'resync')
  return client
}

/** Waits until `what` gives something. */
export async function soon<T>(
  what: () => T | null | undefined | Promise<T | null | undefined>,
  timeout = 8000,
): Promise<T> {
  return vi.waitFor(
    async () => {
      const value = await what()
      expect(value ?? null).not.toBeNull()
      return value as T
    },
    { timeout, interval: 10 },
  )
}

export const changesIn = (client: LiveClient) =>
  client.frames.flatMap((frame) => (frame.type === 'change' ? [frame] : []))

export async function closed(client: LiveClient): Promise<void> {
  if (client.closed !== null) return
  client.close()
  await once(client.socket, 'close')
}
