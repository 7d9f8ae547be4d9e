import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '../../server/platform/db/open.ts'
import { createInstallation, type Installation } from '../../test/built-server.ts'
import type { Cast } from '../../test/cast.ts'
import { testSecret } from '../../test/meta-payloads.ts'
import { makeWorld } from './world.ts'

/** One of the two servers that are compared, each on a database of its own with the same world. */
export interface Rival {
  server: 'ticklegram' | 'baseline'
  port: number
  pid: number
  database: Database
  stop(): Promise<void>
}

export interface Product extends Rival {
  cast: Cast
  installation: Installation
}

interface Place {
  databaseUrl: (folder: string) => string
  customers: number
}

/** The built product as it is run: one process, all roles. */
export async function startProduct({ databaseUrl, customers }: Place, nodeArgs: string[] = []): Promise<Product> {
  const installation = createInstallation({ databaseUrl })
  const cast = await installation.prepare((ctx) => makeWorld(ctx, { customers }))
  const server = await installation.start({ nodeArgs })
  const database = await openDatabase(installation.env.DATABASE_URL as string, { poolSize: 2 })
  return {
    server: 'ticklegram',
    port: server.port,
    pid: server.pid,
    database,
    cast,
    installation,
    stop: async () => {
      await database.close()
      await server.end('SIGTERM')
      installation.remove()
    },
  }
}

/** The hand-written server on a schema that the product has migrated. */
export async function startBaseline({ databaseUrl, customers }: Place): Promise<Rival> {
  const installation = createInstallation({ databaseUrl })
  await installation.prepare((ctx) => makeWorld(ctx, { customers }))
  const url = installation.env.DATABASE_URL as string
  const child: ChildProcess = fork(fileURLToPath(new URL('../baseline-server.ts', import.meta.url)), [url, testSecret])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const database = await openDatabase(url, { poolSize: 2 })
  return {
    server: 'baseline',
    port,
    pid: child.pid as number,
    database,
    stop: async () => {
      await database.close()
      child.disconnect()
      await once(child, 'exit')
      installation.remove()
    },
  }
}
