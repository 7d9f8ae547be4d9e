import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { buildApp } from '../server/app.ts'
import { loadConfig } from '../server/config.ts'
import type { Ctx } from '../server/ctx.ts'
import { createLog } from '../server/platform/log.ts'
import { testSecret, verifyToken } from './meta-payloads.ts'
import { privateFolder } from './private-server.ts'

/** The built program as people run it: a process of its own that can be killed. */
export interface BuiltServer {
  url: string
  port: number
  pid: number
  /** From the start of the process until it said it was ready, milliseconds. */
  readyAfter: number
  /** What it answered to the question whether it is ready, as long as it was not. */
  unready: readonly string[]
  /** What it printed so far. */
  output(): string
  alive(): boolean
  /** Sends the signal and waits for the end; SIGKILL is sent in the same turn as the call. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface Installation {
  env: Record<string, string>
  /** Runs something with the program's own parts on its database, before or between its runs. */
  prepare<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>
  start(options?: { port?: number; args?: string[]; nodeArgs?: string[] }): Promise<BuiltServer>
  remove(): void
}

const readyWithin = 30_000

/** Another build to try or to compare with: the path of its bin/ticklegram.mjs. */
const program = process.env.TICKLEGRAM_PROGRAM ?? fileURLToPath(new URL('../bin/ticklegram.mjs', import.meta.url))

/** Settings and a data folder on the given database, with the secrets of the tests. */
export function createInstallation({
  databaseUrl,
  env = {},
}: {
  databaseUrl: (folder: string) => string
  env?: Record<string, string>
}): Installation {
  const folder = privateFolder('installation')
  const settings: Record<string, string> = {
    DATA_DIR: folder.path,
    DATABASE_URL: databaseUrl(folder.path),
    SANDBOX: 'off',
    META_APP_ID: '987650001112223',
    META_APP_SECRET: testSecret,
    META_VERIFY_TOKEN: verifyToken,
    META_GRAPH_URL: 'http://127.0.0.1:9/facebook',
    META_INSTAGRAM_GRAPH_URL: 'http://127.0.0.1:9/instagram',
    LOG_LEVEL: 'error',
    ENCRYPTION_KEY: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    ...env,
  }
  return {
    env: settings,
    async prepare(work) {
      const app = await buildApp(loadConfig({ ...settings, PORT: '0' }), { log: createLog('error') })
      try {
        return await work(app.ctx)
      } finally {
        await app.stop()
      }
    },
    start: (options = {}) => startServer(settings, options),
    remove: () => folder.remove(),
  }
}

async function startServer(
  settings: Record<string, string>,
  { port, args = [], nodeArgs = [] }: { port?: number; args?: string[]; nodeArgs?: string[] },
): Promise<BuiltServer> {
  const at = port ?? (await freePort())
  const began = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, program, 'serve', ...args], {
    env: { PATH: process.env.PATH ?? '', ...settings, PORT: String(at) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000)
    })
  }
  const url = `http://127.0.0.1:${at}`
  // A child must not outlive the process that asked for it.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  const unready = await untilReady(child, url, () => output)
  const alive = () => child.exitCode === null && child.signalCode === null
  return {
    url,
    port: at,
    pid: child.pid as number,
    readyAfter: performance.now() - began,
    unready,
    output: () => output,
    alive,
    async end(signal) {
      if (!alive()) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    },
  }
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<string[]> {
  const deadline = Date.now() + readyWithin
  const answers: string[] = []
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The server ended at its start:\n${output()}`)
    const answer = await askReady(url)
    if (answer === 'ready') return answers
    if (answer !== answers.at(-1)) answers.push(answer)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The server was not ready within ${readyWithin / 1000} s: ${answers.join(', ')}\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function askReady(url: string): Promise<string> {
  try {
    // A connection of its own: one that is kept may lead to the process that was killed.
    const answer = await fetch(`${url}/health/ready`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(5000),
    })
    const body = await answer.text()
    return answer.ok ? 'ready' : body.slice(0, 200)
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? name
  }
}

/** A free port below those that connections are given as their own end: a later start must find it free again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
