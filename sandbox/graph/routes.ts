import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Sandbox } from '../context.ts'
import { accountById, personById } from '../world/lookup.ts'
import { type GraphAnswer, type GraphCall, objectParam, readCall } from './call.ts'
import { dispatch } from './dispatch.ts'
import { GraphError, type Host } from './errors.ts'
import { refusal } from './faults.ts'
import { createRateMeter } from './rate.ts'

interface Form {
  fields: Record<string, unknown>
  upload: GraphCall['upload']
}

async function readMultipart(bytes: Buffer, contentType: string): Promise<Form> {
  const form: Form = { fields: {}, upload: null }
  const data = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  for (const [name, value] of data) {
    if (typeof value === 'string') form.fields[name] = value
    else form.upload = { mime: value.type || 'application/octet-stream', bytes: Buffer.from(await value.arrayBuffer()) }
  }
  return form
}

function describe(sandbox: Sandbox, call: GraphCall): string {
  const action = call.params.sender_action
  const recipient = objectParam(call, 'recipient')?.id
  const person = typeof recipient === 'string' ? personById(sandbox.state, recipient) : undefined
  const who = person ? `, ${person.name.split(' ')[0]}` : ''
  if (typeof action === 'string') return `${action}${who}`
  const named = call.segments.map((segment) => accountById(sandbox.state, segment)?.username ?? segment)
  return `${call.method} /${named.join('/')}${who}`
}

function writeAnswer(sandbox: Sandbox, call: GraphCall, answer: GraphAnswer, reply: FastifyReply): void {
  const after = answer.after
  if (answer.kind === 'silence' || answer.kind === 'reset') {
    reply.hijack()
    if (answer.kind === 'reset') reply.raw.socket?.resetAndDestroy()
    after?.()
    return
  }
  if (after) reply.raw.once('close', after)
  const usage = sandbox.state.switches.appUsage
  const keys = call.host === 'facebook' ? ['call_count', 'total_time', 'total_cputime'] : ['call_volume', 'cpu_time']
  void reply
    .code(answer.status)
    .header(call.host === 'facebook' ? 'facebook-api-version' : 'instagram-api-version', call.version)
    .header('x-app-usage', JSON.stringify(Object.fromEntries(keys.map((key) => [key, usage]))))
    .header('x-fb-trace-id', Math.random().toString(36).slice(2, 13))
    .header('cache-control', 'no-store')
  if (answer.kind === 'raw') void reply.header('content-type', answer.contentType).send(answer.body)
  else {
    void reply
      .headers(answer.headers ?? {})
      .header('content-type', 'application/json; charset=UTF-8')
      .send(JSON.stringify(answer.body))
  }
}

function outcome(answer: GraphAnswer): { result: string; ok: boolean; received: string } {
  if (answer.kind === 'silence') return { result: 'timeout', ok: false, received: '(no answer)' }
  if (answer.kind === 'reset') return { result: 'reset', ok: false, received: '(connection reset)' }
  const received = answer.kind === 'raw' ? answer.body : JSON.stringify(answer.body)
  const good = answer.kind === 'json' && answer.status === 200
  return { result: good || answer.kind === 'json' ? String(answer.status) : `${answer.status} odd`, ok: good, received }
}

function logAnswer(sandbox: Sandbox, call: GraphCall, answer: GraphAnswer, ms: number): void {
  const { result, ok, received } = outcome(answer)
  const error = answer.kind === 'json' && !ok ? (answer.body as { error?: { code?: number } }).error : undefined
  sandbox.log.add({
    at: sandbox.clock(),
    direction: 'in',
    what: describe(sandbox, call),
    result: error?.code === undefined ? result : `${result} (${error.code})`,
    ok,
    ms,
    sent: `${call.method} /${call.version}/${call.segments.join('/')} ${JSON.stringify({ ...call.params, appsecret_proof: undefined })}`,
    received,
  })
}

/** The Graph API below `/facebook` and `/instagram`, each with or without a version. */
export function registerGraph(app: FastifyInstance, sandbox: Sandbox): void {
  const rate = createRateMeter()

  async function answer(host: Host, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const multipart = Buffer.isBuffer(request.body)
      ? await readMultipart(request.body, request.headers['content-type'] ?? '').catch(() => null)
      : null
    const call = readCall({
      host,
      path: (request.params as { '*': string })['*'],
      method: request.method,
      query: request.query,
      body: multipart?.fields ?? request.body,
      upload: multipart?.upload ?? null,
      headers: request.headers,
    })
    const begun = performance.now()
    let given: GraphAnswer
    try {
      given = await dispatch(sandbox, rate, call)
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      given = refusal(host, error)
    }
    logAnswer(sandbox, call, given, Math.round(performance.now() - begun))
    writeAnswer(sandbox, call, given, reply)
    return reply
  }

  for (const host of ['facebook', 'instagram'] as const) {
    app.route({
      method: ['GET', 'POST', 'DELETE'],
      url: `/${host}/*`,
      handler: (request, reply) => answer(host, request, reply),
      errorHandler(error, request, reply) {
        // A body that cannot be read, or our own mistake: Graph answers both in its envelope.
        const status = error.statusCode ?? 500
        if (status >= 500) request.log.error(error)
        const fields =
          status >= 500
            ? { status: 500, code: 1, message: 'An unknown error has occurred.', transient: true }
            : { status: 400, code: 100, message: `(#100) ${error.message}` }
        const refused = refusal(host, new GraphError(fields))
        if (refused.kind === 'json')
          void reply
            .code(refused.status)
            .headers(refused.headers ?? {})
            .send(refused.body)
      },
    })
  }
}
