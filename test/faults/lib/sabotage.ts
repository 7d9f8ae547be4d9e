import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompiledQuery } from 'kysely'
import { tables } from '../../../server/data/tables.ts'
import { indexName } from '../../../server/platform/db/ddl.ts'
import type { Database } from '../../../server/platform/db/open.ts'

/** With FAULT_SABOTAGE the protection under test is taken away from outside, and the test must fail. */
export const sabotaged = Boolean(process.env.FAULT_SABOTAGE)

/** Stands before the server and acknowledges each delivery before it was kept, as a careless server would. */
export async function startHastyProxy(target: () => string): Promise<{ url: string; close(): void }> {
  const proxy = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      answer.end('EVENT_RECEIVED')
      const { host: _, ...headers } = incoming.headers
      const onward = request(`${target()}${incoming.url}`, { method: incoming.method, headers }, (reply) =>
        reply.resume(),
      )
      onward.on('error', () => {})
      onward.end(Buffer.concat(chunks))
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}

/** Without these keys nothing but luck tells a repeat from a new message. */
export async function dropUniqueMessageIds({ q, engine }: Database): Promise<void> {
  for (const name of ['facebook_messages', 'instagram_messages'] as const) {
    for (const unique of Object.keys(tables[name].unique)) {
      const index = indexName(engine, name, unique)
      const on = engine.name === 'sqlite' ? '' : ` on ${name}`
      await q.executeQuery(CompiledQuery.raw(`drop index ${index}${on}`))
    }
  }
}
