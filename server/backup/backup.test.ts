import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { castUsers } from '../../test/cast.ts'
import { type TestDatabase, testDatabaseUrl } from '../../test/database.ts'
import { connectChannel } from '../channels/connect-channel.ts'
import { type TableName, tables } from '../data/tables.ts'
import { type Database, openDatabase } from '../platform/db/open.ts'
import { backUp } from './back-up.ts'
import { restoreCommand } from './commands.ts'
import { restore } from './restore.ts'

const now = Date.UTC(2026, 10, 22, 9)
let part: Part
let folder: string
let file: string
let target: TestDatabase

beforeAll(async () => {
  part = await bootPart()
  const { admin } = await castUsers(part.ctx)
  const page = {
    platform: 'FACEBOOK',
    pageId: '77',
    name: 'Nordlys',
    token: 'EAAG-canary-token',
    verify: false,
  } as const
  await connectChannel(part.ctx, { ...page, userId: admin.id })
  await part.ctx.db.q
    .insertInto('instagram_users')
    .values([
      { igsid: 'plain', name: 'Ada' },
      { igsid: 'odd', name: `quote ' "\\ ;\nnext;\n\r\t\u0000\u001a\u2028 🧡 ?` },
    ])
    .execute()
  await part.ctx.db.q
    .insertInto('chats')
    .values({
      username: 'ada',
      instagram_user_id: 'odd',
      facebook_page_id: '77',
      last_incoming_at: '2026-11-22 08:00:00.123',
    })
    .execute()
  await part.ctx.db.q
    .insertInto('facebook_webhook_events')
    .values({ payload: '{"a":"\\u00e9;\\n"}', raw_body: Buffer.from([0, 255, 39, 92, 10]) })
    .execute()
  await part.ctx.db.q
    .insertInto('instagram_marketing_events')
    .values({ event_name: 'Purchase', value: 16777213, ts: 1 })
    .execute()
})
afterAll(() => part.close())

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ticklegram-backup-'))
  target = await testDatabaseUrl()
  return async () => {
    rmSync(folder, { recursive: true, force: true })
    await target.drop()
  }
})

const makeBackup = async () => {
  const made = await backUp(part.config, { to: folder, version: '1.2.3', now })
  file = made.file
  return made
}
const restoreTo = (options: { force?: boolean; from?: string } = {}) =>
  restore({ ...part.config, databaseUrl: target.url }, { from: folder, force: false, ...options })

async function everything(url: string): Promise<Record<string, unknown[]>> {
  const db = await openDatabase(url)
  try {
    const entries: [string, unknown[]][] = []
    for (const name of Object.keys(tables) as TableName[]) entries.push([name, await rowsOf(db, name)])
    return Object.fromEntries(entries)
  } finally {
    await db.close()
  }
}
/** libsql closes a connection when its statements are collected; a program that has ended has let go of all. */
async function letGo() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  await setImmediate()
}
const rowsOf = async (db: Database, name: TableName) =>
  (await db.q.selectFrom(name).selectAll().execute()).map((row) => JSON.stringify(row)).sort()

describe('a backup', () => {
  test('BAK-1: restored into an empty database is the same, value by value', async () => {
    const { manifest } = await makeBackup()
    expect(manifest).toMatchObject({ version: '1.2.3', madeAt: '2026-11-22T09:00:00.000Z', keysNeeded: ['testkey1'] })
    expect(manifest.rows).toMatchObject({ instagram_users: 2, chats: 1, facebook_pages: 1, facebook_messages: 0 })
    const { keptAs, keysMissing } = await restoreTo()
    expect({ keptAs, keysMissing }).toEqual({ keptAs: null, keysMissing: ['testkey1'] })
    expect(await everything(target.url)).toEqual(await everything(part.config.databaseUrl))
  })

  test('holds no clear token, and its file is for its owner only', async () => {
    const { statSync } = await import('node:fs')
    const { gunzipSync } = await import('node:zlib')
    await makeBackup()
    const bytes = readFileSync(file)
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    expect(text).toContain('Nordlys')
    expect(text).not.toContain('EAAG-canary-token')
    expect(statSync(file).mode & 0o077).toBe(0)
  })

  test('is never written over another', async () => {
    await makeBackup()
    await expect(backUp(part.config, { to: file, version: '1', now })).rejects.toThrow('is there already')
  })

  test('of nothing is refused and leaves nothing behind', async () => {
    const empty = { databaseUrl: target.url }
    await expect(backUp(empty, { to: join(folder, 'x'), version: '1', now })).rejects.toThrow('nothing to back up')
    await expect(restoreTo()).rejects.toThrow('There is no backup in')
  })
})

describe('a restore', () => {
  test('BAK-1: refuses a database that has tables, and replaces it when told to', async () => {
    await makeBackup()
    await restoreTo()
    const db = await openDatabase(target.url)
    await db.q.insertInto('facebook_users').values({ id: 'newer' }).execute()
    await db.close()
    await letGo()
    await expect(restoreTo()).rejects.toThrow('say --force')
    expect((await everything(target.url)).facebook_users).toHaveLength(1)
    await letGo()
    const { keptAs } = await restoreTo({ force: true })
    expect((await everything(target.url)).facebook_users).toEqual([])
    if (keptAs) expect((await everything(`sqlite:${keptAs}`)).facebook_users).toHaveLength(1)
  })

  test('refuses a database that somebody has open', async () => {
    await makeBackup()
    await expect(restore(part.config, { from: file, force: true })).rejects.toThrow('Stop Ticklegram first')
    expect(await part.ctx.db.q.selectFrom('chats').selectAll().execute()).toHaveLength(1)
  })

  test('refuses a file that was changed, and one without its manifest', async () => {
    await makeBackup()
    appendFileSync(file, 'x')
    await expect(restoreTo()).rejects.toThrow('Nothing was changed')
    rmSync(`${file}.manifest.json`)
    await expect(restoreTo({ from: file })).rejects.toThrow('a backup has a manifest')
  })

  test('BAK-1: notices when fewer rows arrived than the manifest says', async () => {
    const { manifest } = await makeBackup()
    const more = { ...manifest, rows: { ...manifest.rows, chats: 2 } }
    writeFileSync(`${file}.manifest.json`, JSON.stringify(more))
    await expect(restoreTo()).rejects.toThrow('chats has 1 rows instead of 2')
  })

  test('refuses another engine and a newer schema', async () => {
    const { manifest } = await makeBackup()
    const write = (change: object) => writeFileSync(`${file}.manifest.json`, JSON.stringify({ ...manifest, ...change }))
    write({ engine: 'other' })
    await expect(restoreTo()).rejects.toThrow('Restore into the engine it came from')
    write({ migrations: [...manifest.migrations, '999-later'] })
    await expect(restoreTo()).rejects.toThrow('newer Ticklegram')
  })

  test('says loudly which key is missing', async () => {
    await makeBackup()
    const lines = await restoreCommand({ ...part.config, databaseUrl: target.url }, ['--from', file])
    expect(lines).toContain('THE ENCRYPTION KEY IS MISSING: testkey1')
  })
})

describe('the command', () => {
  test('BAK-1: while a writer writes, holds exactly one moment', async () => {
    let on = true
    let written = 0
    const writing = (async () => {
      while (on) {
        const id = `w${written}`
        await part.ctx.db.transaction(async (tx) => {
          await tx.q.insertInto('instagram_users').values({ igsid: id }).execute()
          await tx.q.insertInto('facebook_users').values({ id }).execute()
        })
        written += 1
        // SQLite answers without leaving the turn: give the child's output one.
        await setImmediate()
      }
    })()
    const env = { PATH: process.env.PATH, DATA_DIR: part.config.dataDir, DATABASE_URL: part.config.databaseUrl }
    const program = [...['--import', 'tsx', 'server/cli.ts'], ...['backup', '--to', folder]]
    const before = written
    const { stdout } = await promisify(execFile)(process.execPath, program, { env })
    const after = written
    on = false
    await writing
    expect(stdout).toContain('THE ENCRYPTION KEY IS NOT IN THIS BACKUP')
    const { manifest } = await restoreTo()
    const stored = await everything(target.url)
    expect(after).toBeGreaterThan(before)
    expect(stored.facebook_users).toHaveLength(manifest.rows.facebook_users ?? -1)
    expect(stored.instagram_users).toHaveLength((manifest.rows.facebook_users ?? 0) + 2)
    expect(manifest.rows.facebook_users).toBeGreaterThanOrEqual(before)
    expect(manifest.rows.facebook_users).toBeLessThanOrEqual(after)
  }, 60_000)
})
