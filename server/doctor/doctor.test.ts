import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningSandbox, startSandbox } from '../../sandbox/main.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { castUsers } from '../../test/cast.ts'
import { testSecret, verifyToken } from '../../test/meta-payloads.ts'
import { connectChannel } from '../channels/connect-channel.ts'
import type { Config } from '../config.ts'
import { checkNode } from './check-machine.ts'
import { doctorCommand, examine } from './commands.ts'

let part: Part
let sandbox: RunningSandbox
let config: Config
const key = { kid: 'testkey1', key: Buffer.alloc(32, 7) }

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, dataDir: null, world: 'empty', appSecret: testSecret, verifyToken })
  part = await bootPart({
    env: {
      SANDBOX: 'off',
      META_APP_ID: '987650001112223',
      META_APP_SECRET: testSecret,
      META_VERIFY_TOKEN: verifyToken,
      META_GRAPH_URL: `${sandbox.url}/facebook`,
      META_INSTAGRAM_GRAPH_URL: `${sandbox.url}/instagram`,
      PUBLIC_URL: 'https://inbox.example',
    },
  })
  config = { ...part.config, encryptionKeys: [key] }
  const { admin } = await castUsers(part.ctx)
  for (const account of await accounts()) {
    const platform = account.platform === 'page' ? 'FACEBOOK' : 'INSTAGRAM'
    const { id: pageId, name, token } = account
    await connectChannel(part.ctx, { platform, pageId, name, token, userId: admin.id, verify: false })
  }
})
afterAll(async () => {
  await part.close()
  await sandbox.close()
})

interface Account {
  platform: string
  id: string
  name: string
  token: string
}
const accounts = async () => {
  const answer = await fetch(`${sandbox.url}/_sandbox/api/state`)
  return ((await answer.json()) as { accounts: Account[] }).accounts
}
const found = async (of: string, given: Config = config) => (await examine(given)).filter((f) => f.of.includes(of))

describe('the doctor', () => {
  test('finds nothing to mend where all is well, and asks Meta about each token', async () => {
    const { text, healthy } = await doctorCommand(config)
    expect(text).not.toMatch(/^fault/m)
    expect(healthy).toBe(true)
    expect(text).toMatch(/^ok {5}Encryption key: opens every stored token$/m)
    expect(text).toMatch(/^ok {5}Page .*: Meta takes its token$/m)
    expect(text).toMatch(/^ok {5}Instagram account .*: Meta takes its token$/m)
    expect(text).toMatch(/^warn {3}Webhooks: none has come yet -> /m)
    expect(text).not.toContain((await accounts())[0]?.token)
  })

  test('says which key is wrong, missing, or refused', async () => {
    const wrong = { ...config, encryptionKeys: [{ ...key, key: Buffer.alloc(32, 9) }] }
    expect(await found('Encryption key', wrong)).toMatchObject([
      { level: 'fault', says: expect.stringContaining('testkey1') },
    ])
    expect(await found('Page', wrong)).toMatchObject([{ level: 'fault', says: 'its token cannot be opened' }])
  })

  test('says when Meta refuses a token', async () => {
    await part.ctx.db.q.updateTable('facebook_pages').set({ is_active: 1 }).execute()
    const [page] = await part.ctx.db.q.selectFrom('facebook_pages').select(['id', 'access_token']).execute()
    const place = { table: 'facebook_pages', column: 'access_token', rowId: page?.id ?? '' }
    await part.ctx.db.q
      .updateTable('facebook_pages')
      .set({ access_token: part.ctx.sealer.seal('EAAG-gone', place) })
      .execute()
    expect(await found('Page')).toMatchObject([
      { level: 'fault', says: expect.stringContaining('Meta refuses its token') },
    ])
    await part.ctx.db.q
      .updateTable('facebook_pages')
      .set({ access_token: page?.access_token ?? '' })
      .execute()
  })

  test('says when Graph cannot be reached, when the address is not https, and when Redis is away', async () => {
    const broken = {
      ...config,
      publicUrl: 'http://inbox.example',
      redisUrl: 'redis://127.0.0.1:9',
      meta: { ...config.meta, graphUrl: 'http://127.0.0.1:9', instagramGraphUrl: 'http://127.0.0.1:9' },
    }
    expect((await found('Graph', broken)).map((f) => f.level)).toEqual(['fault', 'fault'])
    expect(await found('Public address', broken)).toMatchObject([{ level: 'fault' }])
    expect(await found('Redis', broken)).toMatchObject([{ level: 'warn' }])
  })

  test('counts what waits: parked events, replies with an unknown outcome, a ledger that does not add up', async () => {
    const { q } = part.ctx.db
    await q
      .insertInto('webhook_parked_events')
      .values({ id: 'p1', delivery_id: 'd1', position: 0, kind: 'message', reason: 'no_account' })
      .execute()
    await q.insertInto('webhook_totals').values({ day: '2026-11-22', received: 2, applied: 1 }).execute()
    expect(await found('Parked events')).toMatchObject([{ level: 'warn', says: '1 wait' }])
    expect(await found('Ledger')).toMatchObject([{ level: 'fault', says: '2 events received, 1 settled' }])
    await q.updateTable('webhook_totals').set({ parked: 1 }).execute()
    expect(await found('Ledger')).toMatchObject([{ level: 'ok' }])
  })

  test('warns of demo people once it is serious', async () => {
    const demo = { name: 'Demo', email: 'x@nordlys.example', password_hash: 'none' }
    await part.ctx.db.q.insertInto('users').values(demo).execute()
    expect(await found('Demo people')).toMatchObject([{ level: 'fault' }])
    expect(await found('Demo people', { ...config, sandbox: true })).toEqual([])
    await part.ctx.db.q.deleteFrom('users').where('email', '=', demo.email).execute()
  })

  test('knows which Node is too old', () => {
    expect(['20.18.3', '18.20.0', '20.19.0', '24.1.0'].map((v) => checkNode(v).level)).toEqual([
      'fault',
      'fault',
      'ok',
      'ok',
    ])
  })

  test('ends with code 1 when something is to mend, and makes nothing', async () => {
    const { mkdtempSync, readdirSync, rmSync } = await import('node:fs')
    const { tmpdir } = await import('node:os')
    const { join } = await import('node:path')
    const folder = mkdtempSync(join(tmpdir(), 'ticklegram-doctor-'))
    const run = async (env: Record<string, string>) => {
      const program = ['--import', 'tsx', 'server/cli.ts', 'doctor']
      const all = { PATH: process.env.PATH ?? '', DATA_DIR: folder, SANDBOX_PORT: '9', ...env }
      return promisify(execFile)(process.execPath, program, { env: all }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => error,
      )
    }
    expect(await run({})).toMatchObject({ code: 0, stdout: expect.stringContaining('0 to mend') })
    const away = await run({ DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none' })
    expect(away).toMatchObject({ code: 1, stdout: expect.stringMatching(/^fault {2}Database: /m) })
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  }, 60_000)
})
