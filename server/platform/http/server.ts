import { Readable } from 'node:stream'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import * as z from 'zod'
import { errorBody } from '../../../shared/common.ts'
import type { Config } from '../../config.ts'
import type { Ctx } from '../../ctx.ts'
import { isRetryable } from '../db/transaction.ts'
import { AppError, forbidden } from '../errors.ts'
import type { Logger } from '../log.ts'
import { type Access, type Actor, type AnyRoute, allows } from './route.ts'

export type Authenticate = (request: FastifyRequest) => Promise<Actor | null>

const apiPrefix = '/api/v1'

/** An HTTP server with our limits, headers and error answers, and no routes yet (RUN-10). */
export async function createHttpServer(config: Config, log: Logger): Promise<FastifyInstance> {
  const secure = config.publicUrl.startsWith('https:')
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    bodyLimit: 1024 * 1024,
    // An address that cannot be read reaches no route and no error handler.
    frameworkErrors: answerError,
    requestTimeout: 30_000,
    keepAliveTimeout: 5000,
    routerOptions: { maxParamLength: 600 },
    forceCloseConnections: 'idle',
    http: { headersTimeout: 15_000, maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 5000 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)
  await app.register(cookie)
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        // The default would turn every request on a plain-http address into https and leave a blank page.
        upgradeInsecureRequests: secure ? [] : null,
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  return app
}

function answerError(error: FastifyError | AppError, request: FastifyRequest, reply: FastifyReply) {
  const { status, code, message, details } = refusalFor(error)
  // A 503 of our own is a decision, made a thousand times a second under load: its reason is logged where it arose.
  const decided = error instanceof AppError && status === 503
  if (status >= 500 && !decided) request.log.error({ err: error, path: request.routeOptions.url }, 'request failed')
  return reply.status(status).send({ error: { code, message, ...(details === undefined ? {} : { details }) } })
}

function refusalFor(error: FastifyError | AppError): {
  code: string
  status: number
  message: string
  details?: unknown
} {
  if (error instanceof AppError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map((v) => ({ path: v.instancePath, message: v.message }))
    return {
      code: 'bad_request',
      status: 400,
      message: 'The request does not have the form this address expects.',
      details,
    }
  }
  if (isRetryable(error)) return { code: 'busy', status: 503, message: 'The database is busy. Try again in a moment.' }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return { code: clientErrorCode(status), status, message: clientErrorWords(status) }
  return {
    code: 'internal',
    status: 500,
    message: 'Something went wrong here. It has been logged; nothing you sent was half done.',
  }
}

const clientErrorCode = (status: number) =>
  ({ 404: 'not_found', 413: 'too_large', 415: 'unsupported_media_type', 429: 'too_many_requests' })[status] ??
  'bad_request'

const clientErrorWords = (status: number) =>
  ({
    404: 'There is nothing at this address.',
    413: 'The request is too large.',
    415: 'Send JSON (content-type application/json).',
    429: 'Too many requests; wait a moment.',
  })[status] ?? 'The request cannot be read.'

/** Registers the whole table below /api/v1, each route behind its permission, and the API document made from it. */
export async function registerRoutes(
  app: FastifyInstance,
  ctx: Ctx,
  routes: readonly AnyRoute[],
  authenticate: Authenticate,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ticklegram',
        version: '1',
        description: 'The API of a self-hosted shared inbox for Instagram and Messenger.',
      },
      servers: [{ url: apiPrefix }],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'ticklegram' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    stripBasePath: true,
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs' })
  app.get('/api/openapi.json', { schema: { hide: true } as never }, async () => app.swagger())
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => refuseForeignOrigin(request, ctx.config))
      for (const r of routes) registerRoute(api, ctx, r, authenticate)
    },
    { prefix: apiPrefix },
  )
}

function registerRoute(api: FastifyInstance, ctx: Ctx, r: AnyRoute, authenticate: Authenticate): void {
  if (!r.permission || (Array.isArray(r.permission) && r.permission.length === 0)) {
    throw new Error(`${r.method} ${r.path} has no permission. Give it one: 'public', 'signed-in' or a list of codes.`)
  }
  const status = r.status ?? (r.response ? 200 : 204)
  api.route({
    method: r.method,
    url: r.path,
    schema: {
      summary: r.summary,
      tags: [r.path.split('/')[1] ?? ''],
      ...(r.permission === 'public' ? {} : { security: securityOf(r.permission) }),
      ...(r.params ? { params: r.params } : {}),
      ...(r.query ? { querystring: r.query } : {}),
      ...(r.body ? { body: r.body } : {}),
      response: { [status]: answerOf(r), '4xx': errorBody },
      description: `Permission: ${Array.isArray(r.permission) ? r.permission.join(' or ') : r.permission}`,
    } as never,
    // Before validation: who may not call a route learns nothing about what it expects.
    onRequest: async (request) => {
      const actor = await authenticate(request)
      if (!allows(r.permission, actor)) throw actor ? forbidden() : new AppError('signed_out', 401, 'Sign in first.')
      request.actor = actor
    },
    handler: async (request, reply) => {
      const body = await r.handler(ctx, {
        params: request.params,
        query: request.query,
        body: request.body,
        actor: request.actor,
        request,
        reply,
      })
      if (r.fileType) return reply.status(status).type(r.fileType).send(Readable.from(body))
      return reply.status(status).send(r.response ? body : undefined)
    },
  })
}

const noBody = z.null().describe('Done. The answer has no body.')

const answerOf = ({ response = noBody, fileType }: AnyRoute) =>
  fileType ? { description: 'A file', content: { [fileType]: { schema: response } } } : response

const securityOf = (permission: Access) =>
  permission === 'signed-in' ? [{ session: [] }] : [{ session: [] }, { token: [] }]

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null
  }
}

/**
 * Requests that change something must come from our own page or from no page at all (AUT-6): a foreign Origin or
 * Sec-Fetch-Site is refused. Bodies must be JSON, which no foreign form can send without asking first.
 */
export function refuseForeignOrigin(request: FastifyRequest, config: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  // No page of another site can make a browser send a token: it would have to ask first, and is not answered.
  const isOwn = bearerOf(request) !== null || isOwnOrigin(request, config)
  if (!isOwn) throw new AppError('foreign_origin', 403, 'This request comes from another site.')
  const type = request.headers['content-type']
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
    throw new AppError('unsupported_media_type', 415, 'Send JSON (content-type application/json).')
}

/** The token of a program. Who sends one is never known by a cookie beside it. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer +(\S*)\s*$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}

export function isOwnOrigin(request: FastifyRequest, config: Config): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.origin
  if (origin === undefined) return true
  return (
    origin === new URL(config.publicUrl).origin ||
    (URL.canParse(origin) && new URL(origin).host === request.headers.host)
  )
}
