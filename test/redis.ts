import { join } from 'node:path'
import { findProgram } from '../scripts/setup.mjs'
import { type PrivateServer, privateFolder, startProgram } from './private-server.ts'

export type RedisServer = PrivateServer & {
  /** For `REDIS_URL`. */
  url: string
}

/** True when tests with Redis can run here. */
export function redisAvailable(): boolean {
  return findProgram('redis-server') !== null
}

/** Starts a private Redis in a temporary folder, reachable by its socket only. It keeps nothing over a restart. */
export async function startRedis(): Promise<RedisServer> {
  const program = findProgram('redis-server')
  if (!program) throw new Error('Redis is missing: apt-get install --no-install-recommends redis-server')
  const folder = privateFolder('redis')
  const socketPath = join(folder.path, 'socket')
  const args = ['--port', '0', '--unixsocket', socketPath, '--dir', folder.path, '--save', '', '--appendonly', 'no']
  const server = await startProgram({ folder, socketPath, program, args })
  return Object.assign(server, { url: `unix:${socketPath}` })
}
