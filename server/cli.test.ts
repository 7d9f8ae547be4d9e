import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrate } from './platform/db/migrate.ts'
import { openDatabase } from './platform/db/open.ts'

const program = fileURLToPath(new URL('./cli.ts', import.meta.url))
let folder: string

// Each run starts the program from its sources: seconds of computing on a machine that does other things too.
vi.setConfig({ testTimeout: 90_000 })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ticklegram-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  code: number
  out: string
  error: string
}

function ticklegram(args: string[], env: Record<string, string> = {}, input = ''): Promise<Run> {
  const settings = { PATH: process.env.PATH, DATA_DIR: folder, LOG_LEVEL: 'silent', ...env }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { env: settings })
    let out = ''
    let error = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      error += chunk
    })
    child.on('exit', (code) => resolve({ code: code ?? -1, out, error: error.trim() }))
    child.stdin.end(input)
  })
}

const credentials = {
  SANDBOX: 'off',
  META_APP_ID: '1',
  META_APP_SECRET: 'x'.repeat(20),
  META_VERIFY_TOKEN: 'verify-token',
}

describe('the command line', () => {
  it('helps, tells its version, and fails with words for what it does not know', async () => {
    const [help, version, unknown] = await Promise.all([
      ticklegram(['--help']),
      ticklegram(['--version']),
      ticklegram(['dance']),
    ])
    expect(help.code).toBe(0)
    for (const command of [
      'serve',
      'migrate',
      'sandbox',
      'user:create',
      'user:reset-password',
      'channel:add',
      'replay',
      'backup',
      'restore',
      'doctor',
    ])
      expect(help.out).toContain(command)
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(unknown.code).toBe(1)
    expect(unknown.error).toContain('There is no command "dance"')
  })

  it('makes people and channels, with secrets on standard input', async () => {
    const made = await ticklegram(
      ['user:create', '--name', 'Ada', '--email', 'ada@example.org', '--role', 'admin'],
      {},
      'a long password\n',
    )
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('Made the admin Ada') })
    const again = await ticklegram(
      ['user:create', '--name', 'Ada', '--email', 'ADA@example.org', '--role', 'admin'],
      {},
      'a long password\n',
    )
    expect(again).toMatchObject({ code: 1, error: expect.stringContaining('already has this') })
    const page = await ticklegram(
      [
        'channel:add',
        '--platform',
        'facebook',
        '--id',
        '123',
        '--name',
        'Shop',
        '--user',
        'ada@example.org',
        '--no-verify',
      ],
      {},
      'the-token',
    )
    expect(page).toMatchObject({ code: 0, out: 'Connected Shop (123).\n' })
    expect(page.out + page.error).not.toContain('the-token')
  })
})

describe('a start that cannot be', () => {
  it('a wrong environment: every fault in one list', async () => {
    const run = await ticklegram(['serve'], { PORT: 'eighty', SANDBOX: 'off' })
    expect(run.code).toBe(1)
    for (const name of ['PORT', 'META_APP_ID', 'META_APP_SECRET', 'META_VERIFY_TOKEN'])
      expect(run.error).toContain(`- ${name} `)
  })

  it('a port in use: one line, and what to do', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    const run = await ticklegram(['serve'], { ...credentials, PORT: String(port) })
    taken.close()
    expect(run).toMatchObject({
      code: 1,
      error: `Port ${port} is in use. Stop the other program, or set PORT to a free one.`,
    })
  })

  it('a data folder that cannot be written: one line, also beside the sandbox', async () => {
    writeFileSync(join(folder, 'a-file'), '')
    for (const place of [join(folder, 'a-file', 'data'), join(folder, 'a-file')]) {
      const run = await ticklegram(['serve'], { DATA_DIR: place })
      expect(run.code).toBe(1)
      expect(run.error.split('\n')).toEqual([expect.stringMatching(/^Cannot write to .*set DATA_DIR/)])
    }
  })

  it('MIG-3 a database of a newer version: one line', async () => {
    const url = `sqlite:${join(folder, 'newer.db')}`
    const db = await openDatabase(url)
    await migrate(db, [
      { id: '001-contract-and-inbox', ensure: [] },
      { id: '777-later', ensure: [] },
    ])
    await db.close()
    const run = await ticklegram(['serve'], { ...credentials, DATABASE_URL: url })
    expect(run).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^This database was made by a newer Ticklegram \(777-later\)/),
    })
  })

  it('an older database is brought up, and a file that is none is refused', async () => {
    const url = `sqlite:${join(folder, 'old.db')}`
    expect(await ticklegram(['migrate'], { DATABASE_URL: url })).toMatchObject({
      code: 0,
      out: expect.stringContaining('Applied: 001'),
    })
    expect(await ticklegram(['migrate'], { DATABASE_URL: url })).toMatchObject({
      code: 0,
      out: 'The database is up to date.\n',
    })
    writeFileSync(join(folder, 'text.db'), 'this is a letter, and a letter is no database, however long it is')
    expect(await ticklegram(['migrate'], { DATABASE_URL: `sqlite:${join(folder, 'text.db')}` })).toMatchObject({
      code: 1,
      error: expect.stringContaining('no SQLite database'),
    })
  })

  it('RUN-1 stops in order when told to', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, 'serve'], {
      env: { PATH: process.env.PATH, DATA_DIR: join(folder, 'stop'), LOG_LEVEL: 'info', ...credentials, PORT: '0' },
    })
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        if (String(chunk).includes('Ticklegram is running')) resolve()
      })
    })
    const exit = new Promise((resolve) => child.on('exit', resolve))
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })
})
