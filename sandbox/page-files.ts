import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const NOT_BUILT =
  'The sandbox runs, but its page is not built yet: npx vite build --config sandbox/page/vite.config.ts\n'

/** The built page lies in dist/sandbox-page, seen from sandbox/ as well as from dist/sandbox/. */
function builtPage(): string | null {
  const here = dirname(fileURLToPath(import.meta.url))
  const places = [join(here, '../dist/sandbox-page'), join(here, '../sandbox-page')]
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? null
}

/** Serves the page where one plays the customer. */
export function registerPage(app: FastifyInstance): void {
  const root = builtPage()
  if (root === null) {
    app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(NOT_BUILT))
  } else {
    app.register(fastifyStatic, { root, prefix: '/' })
  }
  app.get('/_sandbox', (_request, reply) => reply.redirect('/'))
  app.get('/_sandbox/', (_request, reply) => reply.redirect('/'))
}
