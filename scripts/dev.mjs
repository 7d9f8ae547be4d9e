// npm run dev: the server, restarted on change, with the sandbox it starts beside itself; the web by Vite, which sends
// API calls on to the server (web/vite.config.ts); the sandbox's page, rebuilt on change. Ctrl-C ends all of it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies, root } from './setup.mjs'

ensureDependencies()
const settings = join(root, '.env')
if (existsSync(settings)) process.loadEnvFile(settings)

const { createLogger, createServer } = await import('vite')
const apiUrl = `http://127.0.0.1:${process.env.PORT || 3000}`

/** @type {import('node:child_process').ChildProcess[]} */
const children = []
let ending = false

const vite = await createServer({
  root: join(root, 'web'),
  configFile: join(root, 'web/vite.config.ts'),
  customLogger: prefixedLogger('web'),
  clearScreen: false,
})
await vite.listen()
const webUrl = (vite.resolvedUrls?.local[0] ?? 'http://127.0.0.1:5173/').replace(/\/$/, '')

start('server', ['tsx/dist/cli.mjs', 'watch', '--clear-screen=false', 'server/cli.ts', 'serve'], {
  PUBLIC_URL: process.env.PUBLIC_URL || webUrl,
})
if (existsSync(join(root, 'sandbox/page/vite.config.ts'))) {
  const config = ['--config', 'sandbox/page/vite.config.ts', '--logLevel', 'warn']
  start('page', ['vite/bin/vite.js', 'build', 'sandbox/page', '--watch', ...config])
}
print('web', `open ${webUrl} (the API answers there too, from ${apiUrl})`)

process.on('SIGINT', () => void end(0))
process.on('SIGTERM', () => void end(0))

/**
 * @param {string} name
 * @param {string[]} command a program of an installed package and its arguments
 * @param {Record<string, string>} [env]
 */
function start(name, [program = '', ...args], env = {}) {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => print(name, String(chunk)))
  child.once('exit', (code, signal) => {
    if (ending) return
    print(name, `ended with ${signal ?? `exit code ${code}`}`)
    void end(1)
  })
}

/** @param {number} code */
async function end(code) {
  if (ending) return
  ending = true
  const gone = children.map((child) => {
    if (child.exitCode !== null || child.signalCode !== null) return undefined
    return new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref()
    })
  })
  await Promise.all([...gone, vite.close()])
  process.exit(code)
}

/** @param {string} name @param {string} text */
function print(name, text) {
  for (const line of text.split('\n')) if (line.trim()) console.log(`${name.padEnd(6)} | ${line}`)
}

/** @param {string} name */
function prefixedLogger(name) {
  const logger = createLogger('warn')
  for (const level of /** @type {const} */ (['info', 'warn', 'error', 'warnOnce'])) {
    logger[level] = (/** @type {string} */ message) => print(name, message)
  }
  return logger
}
