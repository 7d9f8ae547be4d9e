import Fastify, { type FastifyInstance } from 'fastify'
import type { Sandbox } from './context.ts'
import { registerControl } from './control/routes.ts'
import { viewSummary, viewThread } from './control/view.ts'
import { registerGraph } from './graph/routes.ts'
import { createLineLog } from './line-log.ts'
import { createLive } from './live.ts'
import { createMediaLibrary } from './media/library.ts'
import { registerMedia } from './media/routes.ts'
import { registerPage } from './page-files.ts'
import { type SandboxOptions, type Settings, withDefaults } from './settings.ts'
import { createWebhookQueue } from './webhooks/queue.ts'
import { createWorld } from './world/create-world.ts'
import type { State } from './world/model.ts'
import { createStore, loadState } from './world/store.ts'

export type { SandboxOptions } from './settings.ts'

export interface RunningSandbox {
  /** Its address, without a slash at the end. */
  url: string
  /** What a client must be told to talk to this sandbox. */
  client: { appId: string; appSecret: string; verifyToken: string; graphUrl: string; instagramGraphUrl: string }
  /** Stops it; webhooks not acknowledged yet are kept in the state file. */
  close(): Promise<void>
}

const BODY_LIMIT = 30 * 1024 * 1024

function worldFor(settings: Settings): State {
  const saved = loadState(settings.dataDir)
  if (!saved) return createWorld(settings, null, settings.now())
  const changed = settings.appSecret !== null && settings.appSecret !== saved.app.secret
  if (settings.appSecret) saved.app.secret = settings.appSecret
  if (settings.verifyToken) saved.app.verifyToken = settings.verifyToken
  saved.app.id = settings.appId
  if (changed) {
    // Tokens follow the secret, so that a client configured with it can know them.
    const fresh = createWorld({ ...settings, world: 'empty' }, null, settings.now())
    for (const account of saved.accounts) {
      account.token = fresh.accounts.find((other) => other.id === account.id)?.token ?? account.token
    }
    saved.userToken = fresh.userToken
  }
  return saved
}

function assemble(settings: Settings, state: State, url: () => string): Sandbox {
  const store = createStore(settings.dataDir, () => ({ ...state, queue: sandbox.queue.pending() }))
  const live = createLive({
    thread: (id) => viewThread(sandbox, id),
    summary: () => viewSummary(sandbox),
  })
  const clock = (): number => settings.now() + state.clockOffsetMs
  const log = createLineLog((line) => live.line(line))
  const changed = (threadId?: string): void => {
    store.touch()
    if (threadId) live.thread(threadId)
    else live.summary()
  }
  const queue = createWebhookQueue({
    state,
    url: () => settings.webhookUrl,
    clock,
    concurrency: settings.concurrency,
    timeoutMs: settings.webhookTimeoutMs,
    retryDelaysMs: settings.retryDelaysMs,
    changed: () => changed(),
    onAcknowledged: (events) => {
      for (const event of events) live.thread(event.lane)
    },
    onAttempt({ events, body, status, ok, again, ms }) {
      const label = events.length === 1 ? events[0]?.label : `${events.length} entries`
      const what = `${label}${again ? ', again' : ''}`
      log.add({ at: clock(), direction: 'out', what, result: status, ok, ms, sent: body, received: '' })
    },
  })
  const media = createMediaLibrary(settings.dataDir)
  const sandbox: Sandbox = { settings, state, store, queue, live, log, media, clock, url, changed }
  return sandbox
}

/**
 * Starts the pretend Meta. Rejects when the port is taken, the state file unreadable or the folder not writable.
 * Nothing of it outlives `close`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const settings = withDefaults(options)
  const state = worldFor(settings)
  let address = ''
  const sandbox = assemble(settings, state, () => settings.publicUrl?.replace(/\/$/, '') ?? address)
  const app: FastifyInstance = Fastify({
    logger: { level: 'error' },
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2_000 },
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))))
  })
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  registerGraph(app, sandbox)
  registerMedia(app, sandbox)
  registerControl(app, sandbox)
  registerPage(app)
  try {
    sandbox.store.flush()
    address = (await app.listen({ port: settings.port, host: settings.host })).replace('[::1]', 'localhost')
  } catch (error) {
    await sandbox.queue.close()
    sandbox.live.close()
    await app.close()
    throw error
  }
  return {
    url: address,
    client: {
      appId: state.app.id,
      appSecret: state.app.secret,
      verifyToken: state.app.verifyToken,
      graphUrl: `${sandbox.url()}/facebook`,
      instagramGraphUrl: `${sandbox.url()}/instagram`,
    },
    async close() {
      sandbox.live.close()
      await sandbox.queue.close()
      await app.close()
      sandbox.store.flush()
    },
  }
}
