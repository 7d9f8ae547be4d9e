import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import compress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** dist/web, seen from server/ under tsx and from dist/server/ once built. */
const folders = ['../dist/web', '../web'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
const oneYear = 31_536_000

/**
 * Serves the built client: assets have their content's hash in the name and are kept for ever, the page itself is
 * asked for every time. Every address that is no file and no API is a screen of the client.
 */
export async function registerWebClient(app: FastifyInstance): Promise<void> {
  const root = folders.find((folder) => existsSync(`${folder}/index.html`) && existsSync(`${folder}/assets`))
  if (!root) {
    app.setNotFoundHandler((request, reply) =>
      isApi(request.url)
        ? notFoundAnswer(reply)
        : reply.status(503).type('text/plain').send('The web client is not built. Run: npm run build\n'),
    )
    return
  }
  const page = readFileSync(`${root}/index.html`, 'utf8')
  // In a scope of its own: answers to Meta and live sockets have nothing to compress.
  await app.register(async (files) => {
    await files.register(compress, { threshold: 1024 })
    await files.register(fastifyStatic, {
      root,
      index: false,
      cacheControl: false,
      wildcard: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.includes('/assets/') ? `public, max-age=${oneYear}, immutable` : 'no-cache')
      },
    })
  })
  const sendPage = (
    _request: unknown,
    reply: { type(t: string): { header(n: string, v: string): { send(b: string): unknown } } },
  ) => reply.type('text/html').header('cache-control', 'no-cache').send(page)
  app.get('/', { schema: { hide: true } as never }, sendPage)
  app.setNotFoundHandler((request, reply) =>
    request.method !== 'GET' || isApi(request.url) ? notFoundAnswer(reply) : sendPage(request, reply),
  )
}

const isApi = (url: string) => /^\/(api|webhooks?|health|metrics|assets)(\/|\?|$)/.test(url)

const notFoundAnswer = (reply: { status(code: number): { send(body: unknown): unknown } }) =>
  reply.status(404).send({ error: { code: 'not_found', message: 'There is nothing at this address.' } })
