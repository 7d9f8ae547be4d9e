import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server of our own, reachable by a socket in a temporary folder. It ends with this process, whatever ends that. */
export type PrivateServer = {
  socketPath: string
  pid(): number | undefined
  /** SIGKILL, as a crash would; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again on the same data. Stops it first when it still runs. */
  restart(): Promise<void>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
}

export type PrivateFolder = { path: string; remove(): void }

/** A temporary folder that is removed with the process whose number stands in its file `pid`, even after a SIGKILL of ours. */
export function privateFolder(name: string): PrivateFolder {
  const path = mkdtempSync(join(tmpdir(), `ticklegram-${name}-`))
  // The guardian waits for our end of the pipe to close, which happens however this process ends.
  const script = 'read -r _; [ -f "$1/pid" ] && kill -9 "$(cat "$1/pid")"; rm -rf "$1"'
  const guardian = spawn('sh', ['-c', script, 'sh', path], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  guardian.unref()
  const pipe = guardian.stdin
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  return {
    path,
    remove() {
      guardian.kill('SIGKILL')
      rmSync(path, { recursive: true, force: true })
    },
  }
}

export type ProgramOptions = { folder: PrivateFolder; socketPath: string; program: string; args: string[] }

/** Starts a program and waits until its socket accepts connections. */
export async function startProgram(options: ProgramOptions): Promise<PrivateServer> {
  let server = await launch(options)
  return {
    socketPath: options.socketPath,
    pid: () => server.pid,
    async kill() {
      await end(server, 'SIGKILL')
      rmSync(join(options.folder.path, 'pid'), { force: true })
    },
    async restart() {
      await end(server, 'SIGTERM')
      server = await launch(options)
    },
    async stop() {
      await end(server, 'SIGTERM')
      options.folder.remove()
    },
  }
}

async function launch({ folder, socketPath, program, args }: ProgramOptions): Promise<ChildProcess> {
  const logFile = join(folder.path, 'log')
  const log = openSync(logFile, 'a')
  const server = spawn(program, args, { stdio: ['ignore', log, log], detached: true })
  if (server.pid) writeFileSync(join(folder.path, 'pid'), String(server.pid))
  server.unref()
  const deadline = Date.now() + 30_000
  while (!(await accepts(socketPath))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`${program} did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`)
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
