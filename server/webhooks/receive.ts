import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../ctx.ts'
import { verifySignature } from '../meta/signature.ts'
import { AppError } from '../platform/errors.ts'
import type { Ingest } from './ingest.ts'

/** Meta's callback address and those of the prior system. */
export const webhookPaths = ['/webhooks/meta', '/api/webhooks/instagram', '/api/webhooks/facebook', '/webhook'] as const

/** A batch of 1000 changes fits; MariaDB's packet of 16 MiB still holds it (ING-4). */
const bodyLimit = 8 * 1024 * 1024
const challengeForm = /^[0-9A-Za-z_-]{1,128}$/

/** Registers the webhook in a scope of its own, where bodies stay the bytes that Meta signed. */
export async function registerWebhooks(app: FastifyInstance, ctx: Ctx, ingest: Ingest): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
    for (const path of webhookPaths) {
      scope.get(path, { schema: { hide: true } as never }, async (request, reply) => {
        const challenge = handshake(request.query as Record<string, unknown>, ctx.config.meta.verifyToken)
        return reply.type('text/plain').send(challenge)
      })
      // No page is ever shown from here, and the headers for pages cost as much as the signature.
      scope.post(path, { bodyLimit, helmet: false, schema: { hide: true } as never }, async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        if (verifySignature(body, request.headers['x-hub-signature-256'], ctx.config.meta.appSecrets) === -1) {
          ctx.metrics.webhookDeliveries.inc({ outcome: 'refused_signature' })
          throw new AppError('bad_signature', 401, 'The signature does not fit these bytes.')
        }
        try {
          await ingest.accept(body)
        } catch (error) {
          reply.header('retry-after', '5')
          throw error
        }
        return reply.type('text/plain').send('EVENT_RECEIVED')
      })
    }
  })
}

/** Meta's check that the address is ours: the challenge goes back only for our verify token (ING-1). */
function handshake(query: Record<string, unknown>, verifyToken: string): string {
  // Some proxies turn the dots of the names into underscores (meta-platform 1.1).
  const value = (name: string) => query[`hub.${name}`] ?? query[`hub_${name}`]
  const challenge = value('challenge')
  const fits = value('mode') === 'subscribe' && sameText(value('verify_token'), verifyToken)
  if (!fits || typeof challenge !== 'string' || !challengeForm.test(challenge)) {
    throw new AppError('verification_failed', 403, 'The verify token does not fit.')
  }
  return challenge
}

function sameText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string' || expected === '') return false
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
