import type { FastifyInstance } from 'fastify'
import type { Sandbox } from '../context.ts'

/** Pictures, voices and files of this world. What came from outside is served so that it cannot run here. */
export function registerMedia(app: FastifyInstance, sandbox: Sandbox): void {
  app.get<{ Params: { kind: string; name: string } }>('/media/:kind/:name', (request, reply) => {
    const media = sandbox.media.get(request.params.kind, request.params.name)
    if (!media) return reply.code(404).type('text/plain; charset=utf-8').send('No such file')
    return reply
      .header('content-type', media.mime)
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('cache-control', 'private, max-age=3600')
      .send(media.bytes)
  })
}
