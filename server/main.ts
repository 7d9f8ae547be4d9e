import { type ChildProcess, fork, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildApp, type ServerRole } from './app.ts'
import { ensureSetupToken } from './auth/setup-token.ts'
import { type Config, childEnvironment } from './config.ts'
import { makeCast } from './demo/make-cast.ts'
import { openSandbox } from './demo/open-sandbox.ts'
import { AppError } from './platform/errors.ts'
import { createLog } from './platform/log.ts'

const roles: readonly string[] = ['web', 'worker', 'all'] satisfies ServerRole[]
const stopWithin = 15_000

/** Runs the program until it is told to stop: config, sandbox if asked for, app, listen, graceful stop (RUN-1). */
export async function serve(given: Config, args: string[]): Promise<undefined> {
  const { role = 'all' } = parseArgs({ args, options: { role: { type: 'string' } } }).values
  if (!roles.includes(role)) throw new AppError('usage', 400, '--role must be web, worker or all')
  if (given.sandbox && role !== 'all') {
    throw new AppError(
      'usage',
      400,
      'The sandbox goes with the whole program in one process (--role all). Set META_APP_SECRET and its kin to run several.',
    )
  }
  const log = createLog(given.logLevel)
  mkdirSync(given.dataDir, { recursive: true })
  accessSync(given.dataDir, constants.W_OK)
  const sandbox = given.sandbox ? await startSandbox(given) : null
  const config = sandbox ? sandbox.config : given
  try {
    const app = await buildApp(config, { role: role as ServerRole, log })
    stopOnSignals(async () => {
      await app.stop()
      sandbox?.process.disconnect()
    })
    const address = await app.start()
    log.info({ address, role, database: app.ctx.db.engine.name }, 'ticklegram is running')
    if (role === 'worker') return
    const link = await ensureSetupToken(app.ctx)
    say(`\nTicklegram is running: ${config.publicUrl}`)
    if (link) say(`Make the first admin with this one-time link: ${link}`)
    if (sandbox) {
      say(`\nNothing here is real: no Meta credentials are set, so a sandbox plays Meta.`)
      say(`Play the customer at ${sandbox.url}`)
      const cast = await makeCast(app.ctx)
      if (cast) say('\nPeople to sign in as; their passwords are shown this once:')
      for (const p of cast ?? []) say(`  ${p.does.padEnd(11)} ${p.login.padEnd(24)} ${p.password}`)
      await openSandbox(app.ctx)
    }
    say('')
  } catch (error) {
    sandbox?.process.disconnect()
    throw error
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`)

/** `sandbox`: the pretend Meta alone, with its own settings. */
export async function runSandbox(args: string[]): Promise<undefined> {
  const child = spawn(process.execPath, [...process.execArgv, sandboxProgram(), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
}

/** The sandbox shares no code with us; it is another program, with the ending this one has. */
function sandboxProgram(): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../sandbox/cli.${ending}`, import.meta.url))
}

/** Starts the pretend Meta as a child that ends with us, and points the settings at it. */
async function startSandbox(config: Config): Promise<{ config: Config; url: string; process: ChildProcess }> {
  const secret = randomBytes(24).toString('hex')
  const verifyToken = randomBytes(12).toString('hex')
  const local = `http://${config.host.includes(':') ? '[::1]' : '127.0.0.1'}:${config.port}`
  const child = fork(sandboxProgram(), {
    env: childEnvironment({
      SANDBOX_PORT: String(config.sandboxPort),
      SANDBOX_DATA: join(config.dataDir, 'sandbox'),
      SANDBOX_WEBHOOK_URL: `${local}/webhooks/meta`,
      SANDBOX_INBOX_URL: config.publicUrl,
      META_APP_SECRET: secret,
      META_VERIFY_TOKEN: verifyToken,
    }),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    child.once('exit', () => reject(new AppError('sandbox', 500, 'The sandbox did not start (see the line above).')))
  })
  child.once('exit', (code) => {
    if (code) process.stderr.write('The sandbox has ended unexpectedly; restart to play on.\n')
  })
  const meta = {
    ...config.meta,
    appId: config.meta.appId || '987650001112223',
    appSecrets: [secret],
    verifyToken,
    graphUrl: `${url}/facebook`,
    instagramGraphUrl: `${url}/instagram`,
  }
  return { config: { ...config, meta }, url, process: child }
}

/** First signal: finish what is under way. Second, or after fifteen seconds: go at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = () => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(1), stopWithin).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('unhandledRejection', (error) => {
    // Something escaped every handler: the state is unknown, and a supervisor starts us afresh (RUN-9).
    process.stderr.write(`unhandled: ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
    onSignal()
  })
}
