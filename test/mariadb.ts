import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../scripts/setup.mjs'

const run = promisify(execFile)

/** A private MariaDB server in a temporary folder, reachable by its socket only. */
export type MariadbServer = {
  socketPath: string
  /** The address of one schema (or of none) in the form that `DATABASE_URL` takes. */
  url(schema?: string): string
  readonly pid: number | undefined
  /** SIGKILL, as a crash would; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again on the same data. Stops it first when it still runs. */
  restart(): Promise<void>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
}

export type MariadbOptions = {
  /** More options of mariadbd, e.g. `--innodb-buffer-pool-size=512M`. */
  settings?: string[]
}

/** Starts a private MariaDB server (about 2 s). It ends with this process, whatever ends this process. */
export async function startMariadb({ settings = [] }: MariadbOptions = {}): Promise<MariadbServer> {
  const program = findProgram('mariadbd')
  const installer = findProgram('mariadb-install-db')
  if (!program || !installer) {
    throw new Error(
      'MariaDB is missing: apt-get install --no-install-recommends mariadb-server-core mariadb-client-core',
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-mariadb-'))
  const guardian = startGuardian(folder)
  const asUser = process.getuid?.() === 0 ? ['--user=root'] : []
  const dataDir = join(folder, 'data')
  await run(installer, [
    '--no-defaults',
    `--datadir=${dataDir}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...asUser,
  ])

  const socketPath = join(folder, 'socket')
  const args = [
    '--no-defaults',
    `--datadir=${dataDir}`,
    `--socket=${socketPath}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-networking',
    '--innodb-flush-log-at-trx-commit=1',
    '--max-connections=400',
    ...asUser,
    ...settings,
  ]
  const logFile = join(folder, 'log')
  const launch = () => launchServer({ program, args, socketPath, logFile })
  let server = await launch()

  return {
    socketPath,
    url: (schema = '') => `mysql://root@localhost/${schema}?socketPath=${encodeURIComponent(socketPath)}`,
    get pid() {
      return server.pid
    },
    kill: () => end(server, 'SIGKILL'),
    async restart() {
      await end(server, 'SIGTERM')
      server = await launch()
    },
    async stop() {
      await end(server, 'SIGTERM')
      guardian.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Launch = { program: string; args: string[]; socketPath: string; logFile: string }

async function launchServer({ program, args, socketPath, logFile }: Launch): Promise<ChildProcess> {
  const log = openSync(logFile, 'a')
  const server = spawn(program, args, { stdio: ['ignore', log, log], detached: true })
  server.unref()
  const deadline = Date.now() + 30_000
  while (!(await accepts(socketPath))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`mariadbd did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return server
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.ref()
  const gone = once(server, 'exit')
  server.kill(signal)
  await gone
}

/** Waits for our end of a pipe to close, which even a SIGKILL of this process does, then clears away what is left. */
function startGuardian(folder: string): ChildProcess {
  const script = 'read -r _; [ -f "$1/pid" ] && kill -9 "$(cat "$1/pid")"; rm -rf "$1"'
  const guardian = spawn('sh', ['-c', script, 'sh', folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  guardian.unref()
  const pipe = guardian.stdin
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  return guardian
}
