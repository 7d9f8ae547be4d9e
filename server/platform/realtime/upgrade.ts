import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { Config } from '../../config.ts'
import { AppError } from '../errors.ts'
import type { Actor } from '../http/route.ts'
import { type Authenticate, isOwnOrigin } from '../http/server.ts'
import type { Logger } from '../log.ts'
import type { LiveLimits } from './connection.ts'

interface Gate {
  config: Config
  log: Logger
  limits: LiveLimits
  authenticate: Authenticate
  actors(sessionIds: readonly string[]): Promise<Map<string, Actor>>
  accept(socket: WebSocket, actor: Actor): void
  stop(): Promise<void>
  isStopped(): boolean
}

/** Sent, not thrown: nothing is wrong here. */
const restarting = { error: { code: 'restarting', message: 'This server is restarting. Come back in a moment.' } }

/** `GET /api/v1/live`: origin and session are settled before the handshake is answered (RT-1). */
export async function registerLiveRoute(app: FastifyInstance, gate: Gate): Promise<void> {
  const admitted = new WeakMap<FastifyRequest, Actor>()
  await app.register(websocket, {
    options: { maxPayload: gate.limits.frameBytes, perMessageDeflate: false },
    // A broken or overlong frame is the other side's fault; the connection ends itself.
    errorHandler: (error: Error) => gate.log.debug({ err: error }, 'live connection ended by an error'),
    preClose: async () => {
      await gate.stop()
      app.websocketServer.close()
    },
  })
  app.route({
    method: 'GET',
    url: '/api/v1/live',
    schema: { hide: true } as never,
    onRequest: async (request, reply) => {
      if (gate.isStopped()) return reply.status(503).send(restarting)
      if (!isOwnOrigin(request, gate.config))
        throw new AppError('foreign_origin', 403, 'This request comes from another site.')
      admitted.set(request, await admit(request, gate))
    },
    wsHandler: (socket: WebSocket, request: FastifyRequest) => {
      const actor = admitted.get(request)
      if (actor) gate.accept(socket, actor)
      else socket.terminate()
    },
    handler: async () => {
      throw new AppError('upgrade_required', 426, 'Connect here with a WebSocket.')
    },
  })
}

/** The authentication may be a moment old; a socket stays open for long, so its session is read afresh. */
async function admit(request: FastifyRequest, gate: Gate): Promise<Actor> {
  const known = await gate.authenticate(request)
  const actor = known && (await gate.actors([known.sessionId])).get(known.sessionId)
  if (!actor) throw new AppError('signed_out', 401, 'Sign in first.')
  return actor
}
