import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootPart, type Part } from '../../../test/boot-part.ts'
import { castUsers } from '../../../test/cast.ts'
import { connectChannel } from '../../channels/connect-channel.ts'
import { assertKeys, loadKeys } from './keys.ts'
import { createSealer } from './seal.ts'

const oldKey = { kid: 'old00001', key: Buffer.alloc(32, 1) }
const newKey = { kid: 'new00001', key: Buffer.alloc(32, 2) }
const here = { table: 'facebook_pages', column: 'access_token', rowId: 'row-1' }

describe('a sealed value', () => {
  const sealer = createSealer([newKey, oldKey])

  test('SEC-1: opens only in its own table, column and row', () => {
    const sealed = sealer.seal('EAAG-token', here)
    expect(sealed).toMatch(/^v1\.new00001\.[A-Za-z0-9_-]+$/)
    expect(sealer.open(sealed, here)).toBe('EAAG-token')
    for (const elsewhere of [{ rowId: 'row-2' }, { column: 'note' }, { table: 'instagram_accounts' }]) {
      expect(() => sealer.open(sealed, { ...here, ...elsewhere })).toThrow('another key or for another row')
    }
  })

  test('SEC-1: is different each time, and does not open after any change to it', () => {
    const sealed = sealer.seal('EAAG-token', here)
    expect(sealer.seal('EAAG-token', here)).not.toBe(sealed)
    for (let at = sealed.lastIndexOf('.') + 1; at < sealed.length - 1; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      expect(() => sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), here)).toThrow()
    }
    expect(() => sealer.open('v1.new00001.', here)).toThrow()
    expect(() => sealer.open('EAAG-token', here)).toThrow('not sealed')
  })

  test('opens with an older key while the newer one seals', () => {
    const before = createSealer([oldKey]).seal('EAAG-token', here)
    expect(sealer.open(before, here)).toBe('EAAG-token')
    expect(() => createSealer([newKey]).open(before, here)).toThrow('"old00001", which is not here')
  })
})

describe('tokens of every length', () => {
  let part: Part
  let userId: string
  beforeAll(async () => {
    part = await bootPart()
    userId = (await castUsers(part.ctx)).admin.id
  })
  afterAll(() => part.close())

  const connect = (pageId: string, token: string) =>
    connectChannel(part.ctx, { platform: 'FACEBOOK', pageId, name: 'Nordlys', token, userId, verify: false })

  test('SEC-2: one that fits is stored whole, a longer one is refused in words and nothing is written', async () => {
    if (part.ctx.db.engine.name === 'mysql') await sql`set session sql_mode = ''`.execute(part.ctx.db.q)
    for (const length of [300, 338]) {
      const token = 't'.repeat(length)
      const { id } = await connect(`1${length}`, token)
      const row = await part.ctx.db.q
        .selectFrom('facebook_pages')
        .select('access_token')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      expect(row.access_token.length).toBeLessThanOrEqual(500)
      expect(part.ctx.sealer.open(row.access_token, { ...here, rowId: id })).toBe(token)
    }
    for (const length of [339, 500, 1500]) {
      await expect(connect(`1${length}`, 't'.repeat(length))).rejects.toThrow(
        `${length} bytes; encrypted, only 338 fit`,
      )
      const found = await part.ctx.db.q
        .selectFrom('facebook_pages')
        .select('id')
        .where('page_id', '=', `1${length}`)
        .execute()
      expect(found).toEqual([])
    }
  })
})

describe('the keys at the start', () => {
  let part: Part
  const sealerOf = (...keys: (typeof oldKey)[]) => createSealer(keys)
  beforeAll(async () => {
    part = await bootPart()
    await assertKeys(part.ctx.db, part.ctx.sealer)
    const { admin } = await castUsers(part.ctx)
    await connectChannel(part.ctx, {
      platform: 'FACEBOOK',
      pageId: '77',
      name: 'Nordlys',
      token: 'EAAG',
      userId: admin.id,
      verify: false,
    })
  })
  afterAll(() => part.close())

  const stored = async () => ({
    checks: await part.ctx.db.q.selectFrom('encryption_checks').selectAll().execute(),
    tokens: await part.ctx.db.q.selectFrom('facebook_pages').select(['id', 'access_token']).execute(),
  })

  test('SEC-4: the right key starts, again and again', async () => {
    await assertKeys(part.ctx.db, part.ctx.sealer)
    expect((await stored()).checks).toHaveLength(1)
  })

  test('SEC-4: a wrong key of the same name is refused and nothing is changed', async () => {
    const before = await stored()
    const wrong = sealerOf({ kid: 'testkey1', key: Buffer.alloc(32, 9) })
    await expect(assertKeys(part.ctx.db, wrong)).rejects.toThrow('needs the encryption key "testkey1"')
    expect(await stored()).toEqual(before)
  })

  test('SEC-4: a missing key is refused while a token needs it, and nothing is changed', async () => {
    const before = await stored()
    await expect(assertKeys(part.ctx.db, sealerOf(newKey))).rejects.toThrow('"testkey1", which is not here')
    expect(await stored()).toEqual(before)
  })

  test('a new key beside the old one starts, and is known from then on', async () => {
    const both = sealerOf(newKey, { kid: 'testkey1', key: Buffer.alloc(32, 7) })
    await assertKeys(part.ctx.db, both)
    const impostor = sealerOf({ ...newKey, key: Buffer.alloc(32, 3) }, { kid: 'testkey1', key: Buffer.alloc(32, 7) })
    await expect(assertKeys(part.ctx.db, impostor)).rejects.toThrow('"new00001"')
  })
})

describe('the key file', () => {
  test('SEC-4: is made once, for its owner only, and stays when keys move to the environment', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ticklegram-keys-'))
    try {
      const [made] = loadKeys({ dataDir, encryptionKeys: [] })
      const file = join(dataDir, 'keys', 'encryption.key')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const text = readFileSync(file, 'utf8')
      expect(loadKeys({ dataDir, encryptionKeys: [] })).toEqual([made])
      expect(loadKeys({ dataDir, encryptionKeys: [newKey] })).toEqual([newKey, made])
      expect(readFileSync(file, 'utf8')).toBe(text)
      expect(made?.key).toHaveLength(32)
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })

  test('is not made when the environment gives a key', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ticklegram-keys-'))
    expect(loadKeys({ dataDir, encryptionKeys: [oldKey] })).toEqual([oldKey])
    expect(() => statSync(join(dataDir, 'keys'))).toThrow('ENOENT')
    rmSync(dataDir, { recursive: true })
  })
})
