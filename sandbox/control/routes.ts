import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Sandbox } from '../context.ts'
import {
  arriveOnPhone,
  customerEdits,
  customerFollowsLink,
  customerReacts,
  customerReads,
  customerTaps,
  customerUnsends,
  emitEcho,
  emitHistory,
  pageWrites,
} from '../customer.ts'
import { subscribeWebhook } from '../webhooks/handshake.ts'
import { PAGE_INBOX_APP_ID } from '../world/apps.ts'
import { createWorld } from '../world/create-world.ts'
import { addPerson } from '../world/history.ts'
import { accountById, openThread, personById, threadById } from '../world/lookup.ts'
import type { Fault, Message, Person, Thread } from '../world/model.ts'
import { writeInBulk } from './bulk.ts'
import * as schemas from './schemas.ts'
import { viewSummary, viewThread } from './view.ts'
import { writeAs } from './write-as.ts'

/** A refusal of the control API: plain words, no Graph envelope. */
class ControlError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

type WithId = FastifyRequest<{ Params: { id: string } }>

const EMOJI = { love: '❤️', like: '👍', smile: '😊', wow: '😮', sad: '😢', angry: '😠', dislike: '👎' }
const UPLOAD_LIMIT = 25 * 1024 * 1024

function threadFor(sandbox: Sandbox, id: string): Thread {
  const thread = threadById(sandbox.state, id)
  if (thread) return thread
  // A person's id serves as well: a test rarely cares about thread ids.
  const person = personById(sandbox.state, id)
  if (!person) throw new ControlError(404, `There is no thread and no person with the id ${id}`)
  return openThread(sandbox.state, person)
}

function personOf(sandbox: Sandbox, thread: Thread): Person {
  const person = personById(sandbox.state, thread.personId)
  if (!person) throw new ControlError(404, `There is no person with the id ${thread.personId}`)
  return person
}

function pickMessage(thread: Thread, mid: string | undefined, from: Message['from']): Message {
  const message = mid
    ? thread.messages.find((candidate) => candidate.mid === mid)
    : thread.messages.findLast((candidate) => candidate.from === from && !candidate.deleted)
  if (!message) throw new ControlError(404, 'There is no such message in this thread')
  return message
}

/** True if everything was acknowledged within the time. */
async function within(promises: Promise<void>[], timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  const done = await Promise.race([Promise.all(promises).then(() => true), late])
  clearTimeout(timer)
  return done
}

function registerPeople(api: FastifyInstance, sandbox: Sandbox): void {
  const { state } = sandbox

  api.post('/people', (request, reply) => {
    const wanted = schemas.newPerson.parse(request.body)
    const platform = wanted.platform === 'messenger' ? 'page' : 'instagram'
    const account = wanted.accountId
      ? accountById(state, wanted.accountId)
      : state.accounts.find((candidate) => candidate.platform === platform)
    if (!account || account.platform !== platform) throw new ControlError(404, 'There is no such account')
    const person = addPerson(state, account, { platform, name: wanted.name, username: wanted.username, face: null })
    const thread = openThread(state, person)
    sandbox.changed(thread.id)
    return reply.code(201).send({ person, threadId: thread.id })
  })

  api.patch('/people/:id', (request: WithId) => {
    const person = personById(state, request.params.id)
    if (!person) throw new ControlError(404, `There is no person with the id ${request.params.id}`)
    Object.assign(person, schemas.changedPerson.parse(request.body))
    sandbox.changed()
    return { person }
  })

  api.patch('/accounts/:id', (request: WithId) => {
    const account = accountById(state, request.params.id)
    if (!account) throw new ControlError(404, `There is no account with the id ${request.params.id}`)
    Object.assign(account, schemas.account.parse(request.body))
    sandbox.changed()
    return { account }
  })
}

function registerThreads(api: FastifyInstance, sandbox: Sandbox): void {
  const thread = (request: WithId): Thread => threadFor(sandbox, request.params.id)

  api.get('/threads/:id', (request: WithId) => viewThread(sandbox, thread(request).id))

  api.post('/threads/:id/messages', (request: WithId, reply) => {
    const given = request.body as { kind?: string } | null
    const body = schemas.newMessageBody.parse(given && given.kind === undefined ? { kind: 'text', ...given } : given)
    const written = writeAs(sandbox, personOf(sandbox, thread(request)), body)
    return reply.code(201).send({ threadId: written.thread.id, message: written.message })
  })

  api.post('/threads/:id/typing', (request: WithId) => {
    const target = thread(request)
    target.customerTyping = schemas.typing.parse(request.body).on
    sandbox.changed(target.id)
    return { typing: target.customerTyping, webhook: false }
  })

  api.post('/threads/:id/read', (request: WithId) => ({ sent: customerReads(sandbox, thread(request)) !== null }))

  api.post('/threads/:id/phone', (request: WithId) => {
    const target = thread(request)
    target.phoneOpen = schemas.phone.parse(request.body).open
    if (target.phoneOpen) customerReads(sandbox, target)
    sandbox.changed(target.id)
    return { open: target.phoneOpen }
  })

  api.post('/threads/:id/page-reply', (request: WithId, reply) => {
    const body = schemas.pageReply.parse(request.body)
    const target = thread(request)
    const message = pageWrites(sandbox, target, { text: body.text, appId: body.appId ?? PAGE_INBOX_APP_ID })
    void emitEcho(sandbox, target, message)
    arriveOnPhone(sandbox, target, message)
    return reply.code(201).send({ threadId: target.id, message })
  })

  api.post('/threads/:id/edit', (request: WithId) => {
    const body = schemas.edit.parse(request.body)
    const target = thread(request)
    const message = pickMessage(target, body.mid, 'customer')
    if (message.text === null) throw new ControlError(409, 'Only text can be edited')
    void customerEdits(sandbox, target, message, body.text)
    return { message }
  })

  api.post('/threads/:id/unsend', (request: WithId) => {
    const target = thread(request)
    const message = pickMessage(target, schemas.unsend.parse(request.body ?? {}).mid, 'customer')
    void customerUnsends(sandbox, target, message)
    return { message }
  })

  api.post('/threads/:id/reaction', (request: WithId) => {
    const body = schemas.reaction.parse(request.body ?? {})
    const target = thread(request)
    const message = pickMessage(target, body.mid, 'page')
    const wanted = body.reaction
    void customerReacts(
      sandbox,
      target,
      message.mid,
      wanted ? { by: 'customer', reaction: wanted, emoji: EMOJI[wanted] } : null,
    )
    return { message }
  })

  api.post('/threads/:id/link', (request: WithId) => {
    void customerFollowsLink(sandbox, personOf(sandbox, thread(request)), 'shop-window').acknowledged
    return { ok: true }
  })

  api.post('/threads/:id/postback', (request: WithId) => {
    void customerTaps(sandbox, personOf(sandbox, thread(request)), 'Opening hours?', 'HOURS').acknowledged
    return { ok: true }
  })
}

function registerLine(api: FastifyInstance, sandbox: Sandbox): void {
  const { state } = sandbox

  api.post('/deliver-history', async (request, reply) => {
    const { timeoutMs } = schemas.history.parse(request.body ?? {})
    const begun = Date.now()
    const events = state.threads.flatMap((thread) => emitHistory(sandbox, thread))
    const done = await within(events, timeoutMs)
    if (!done)
      return reply
        .code(504)
        .send({ error: 'The webhook has not acknowledged everything yet', waiting: sandbox.queue.waiting() })
    return { events: events.length, ms: Date.now() - begun }
  })

  api.post('/bulk', async (request) => {
    const wanted = schemas.bulk.parse(request.body ?? {})
    const sent = writeInBulk(sandbox, wanted)
    const acknowledged = wanted.wait ? await within(sent, 600_000) : null
    return { messages: sent.length, acknowledged }
  })

  api.get('/faults', () => ({ faults: state.faults }))
  api.put('/faults', (request) => {
    state.faults = schemas.faults.parse(request.body).map(
      (fault, index): Fault => ({
        ...fault,
        id: `fault-${index + 1}`,
        // A 200 that cannot be read means that the message went out.
        stored: fault.stored ?? ['garbage', 'html', 'empty'].includes(fault.kind),
      }),
    )
    sandbox.changed()
    return { faults: state.faults }
  })

  api.get('/switches', () => ({ switches: state.switches }))
  api.put('/switches', (request) => {
    Object.assign(state.switches, schemas.switches.parse(request.body))
    sandbox.changed()
    sandbox.queue.kick()
    return { switches: state.switches }
  })

  api.post('/clock', (request) => {
    const wanted = schemas.clock.parse(request.body ?? {})
    state.clockOffsetMs = (wanted.offsetMs ?? state.clockOffsetMs) + (wanted.advanceMs ?? 0)
    sandbox.changed()
    return { now: sandbox.clock(), offsetMs: state.clockOffsetMs }
  })

  api.post('/subscribe', async (request, reply) => {
    const wanted = schemas.subscribe.parse(request.body ?? {})
    const shake = await subscribeWebhook(sandbox, { url: wanted.url ?? null, verifyToken: wanted.verifyToken ?? null })
    return reply.code(shake.ok ? 200 : 502).send(shake)
  })

  api.post('/webhooks/retry', () => {
    sandbox.queue.kick()
    return { waiting: sandbox.queue.waiting() }
  })

  api.post('/reset', (request) => {
    const { world } = schemas.reset.parse(request.body ?? {})
    const settings = { ...sandbox.settings, world: world ?? sandbox.settings.world }
    sandbox.queue.clear()
    Object.assign(state, createWorld(settings, state.app, sandbox.settings.now()))
    sandbox.log.clear()
    sandbox.changed()
    return { ok: true }
  })
}

function registerReading(api: FastifyInstance, sandbox: Sandbox): void {
  api.get('/', () => ({ ...viewSummary(sandbox), log: sandbox.log.list() }))
  api.get('/state', () => ({ ...viewSummary(sandbox), log: sandbox.log.list() }))

  api.get<{ Querystring: { after?: string } }>('/sends', (request) => {
    const after = Number(request.query.after ?? 0)
    return { sends: sandbox.state.sends.filter((send) => send.n > after) }
  })
  api.delete('/sends', () => {
    sandbox.state.sends = []
    sandbox.changed()
    return { ok: true }
  })

  api.get<{ Querystring: { client?: string } }>('/live', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    })
    sandbox.live.watch(request.query.client ?? 'anyone', reply.raw)
  })
  api.put('/live/:id/phones', (request: WithId) => {
    const { threads } = schemas.phones.parse(request.body)
    sandbox.live.setPhones(request.params.id, threads)
    for (const id of threads) {
      const thread = threadById(sandbox.state, id)
      if (thread) customerReads(sandbox, thread)
    }
    return { ok: true }
  })
}

function registerUploads(api: FastifyInstance, sandbox: Sandbox): void {
  api.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT }, (_request, body, done) =>
      done(null, body),
    )
    scope.post('/media', (request, reply) => {
      if (!Buffer.isBuffer(request.body) || request.body.length === 0)
        throw new ControlError(400, 'Send the file as the body')
      const mime = request.headers['content-type']?.split(';')[0] ?? 'application/octet-stream'
      return reply.code(201).send({ url: sandbox.media.keep({ mime, bytes: request.body }) })
    })
  })
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof ControlError) void reply.code(error.status).send({ error: error.message })
  else if (error instanceof z.ZodError) void reply.code(400).send({ error: z.prettifyError(error) })
  else {
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) request.log.error(error)
    void reply
      .code(status)
      .send({ error: status >= 500 ? 'The sandbox failed; see its log' : (error as Error).message })
  }
}

/** The control API: what a test or the page does to this world. For this machine alone, so no CORS. */
export function registerControl(app: FastifyInstance, sandbox: Sandbox): void {
  app.register(
    async (api) => {
      api.setErrorHandler(answerError)
      api.addHook('onRequest', async (request) => {
        const { origin, host } = request.headers
        // A web page elsewhere must not play with a developer's sandbox.
        if (origin && URL.canParse(origin) && new URL(origin).host !== host)
          throw new ControlError(403, 'Not from another site')
      })
      registerReading(api, sandbox)
      registerPeople(api, sandbox)
      registerThreads(api, sandbox)
      registerLine(api, sandbox)
      registerUploads(api, sandbox)
    },
    { prefix: '/_sandbox/api' },
  )
}
