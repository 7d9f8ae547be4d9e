import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castUsers, cookieFor } from '../../test/cast.ts'
import { openDatabase } from '../platform/db/open.ts'
import { createLog } from '../platform/log.ts'
import { channelFor } from './channel-for.ts'
import { channelAdd } from './commands.ts'
import { connectChannel, noteTokenState } from './connect-channel.ts'
import { channelRoutes } from './routes.ts'
import { sealLegacyTokens } from './seal-legacy-tokens.ts'

const canary = 'EAAG-canary-token'
let part: Part
let cast: Cast
beforeAll(async () => {
  part = await bootPart({ routes: channelRoutes, env: { META_GRAPH_URL: 'http://127.0.0.1:9/facebook' } })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

const page = () =>
  ({
    platform: 'FACEBOOK',
    pageId: '104',
    name: 'Nordlys',
    token: canary,
    userId: cast.admin.id,
    verify: false,
  }) as const
const account = () => ({ ...page(), platform: 'INSTAGRAM', pageId: '1784', name: '@nordlys' }) as const
const get = async (url: string) =>
  part.http.inject({ url: `/api/v1${url}`, headers: { cookie: await cookieFor(part.ctx, cast.admin.id) } })

describe('a connected channel', () => {
  test('is found with its token for sending', async () => {
    expect(await channelFor(part.ctx, 'FACEBOOK', '104')).toBeNull()
    await connectChannel(part.ctx, page())
    await connectChannel(part.ctx, account())
    expect(await channelFor(part.ctx, 'FACEBOOK', '104')).toMatchObject({
      token: canary,
      flavour: 'facebook',
      isActive: true,
      tokenState: 'valid',
    })
    expect(await channelFor(part.ctx, 'INSTAGRAM', '1784')).toMatchObject({
      token: canary,
      flavour: 'instagram',
      isActive: true,
    })
    expect(await channelFor(part.ctx, 'FACEBOOK', '1784')).toBeNull()
  })

  test('AZ-8: SEC-1: shows its token in no answer and in no row', async () => {
    const answers = [await get('/pages'), await get('/instagram-accounts')]
    expect(answers[0]?.json().items).toEqual([
      {
        id: expect.any(String),
        pageId: '104',
        pageName: 'Nordlys',
        isActive: true,
        connectedAt: expect.stringMatching(/Z$/),
      },
    ])
    expect(answers[1]?.json().items).toMatchObject([{ pageId: '1784', username: 'nordlys' }])
    const rows = [
      await part.ctx.db.q.selectFrom('facebook_pages').selectAll().execute(),
      await part.ctx.db.q.selectFrom('instagram_accounts').selectAll().execute(),
      await part.ctx.db.q.selectFrom('changes').selectAll().execute(),
    ]
    const everything = JSON.stringify(rows) + answers.map((a) => a.body + JSON.stringify(a.headers)).join('')
    expect(everything).not.toContain(canary)
    expect(answers.map((a) => a.body).join('')).not.toMatch(/token|v1\./)
  })

  test('SEC-1: does not open with the token of another row', async () => {
    const { q } = part.ctx.db
    const { access_token } = await q.selectFrom('facebook_pages').select('access_token').executeTakeFirstOrThrow()
    await q.insertInto('facebook_pages').values({ user_id: cast.admin.id, page_id: '105', access_token }).execute()
    expect(await channelFor(part.ctx, 'FACEBOOK', '105')).toMatchObject({ token: '', tokenState: 'invalid' })
  })

  test('takes a new token at once and stays one row, active or not as it was', async () => {
    await part.ctx.db.q.updateTable('facebook_pages').set({ is_active: 0 }).where('page_id', '=', '104').execute()
    expect(await connectChannel(part.ctx, { ...page(), token: 'EAAG-second' })).toMatchObject({ isNew: false })
    expect(await channelFor(part.ctx, 'FACEBOOK', '104')).toMatchObject({ token: 'EAAG-second', isActive: false })
    await connectChannel(part.ctx, { ...account(), token: 'EAAG-second', flavour: 'facebook' })
    expect(await channelFor(part.ctx, 'INSTAGRAM', '1784')).toMatchObject({ token: 'EAAG-second', flavour: 'facebook' })
    expect((await get('/instagram-accounts')).json().items).toHaveLength(1)
  })

  test('is one row also when two people connect it at the same moment', async () => {
    const people = [cast.admin.id, cast.supervisor.id, cast.ines.id, cast.tomas.id]
    await Promise.all(people.map((userId) => connectChannel(part.ctx, { ...account(), pageId: '1785', userId })))
    const rows = await part.ctx.db.q
      .selectFrom('instagram_accounts')
      .select('id')
      .where('page_id', '=', '1785')
      .execute()
    expect(rows).toHaveLength(1)
  })

  test('is known as refused by Meta until it is connected again', async () => {
    const state = async () => (await channelFor(part.ctx, 'INSTAGRAM', '1784'))?.tokenState
    await part.ctx.db.transaction((tx) =>
      noteTokenState(part.ctx, tx, { platform: 'INSTAGRAM', pageId: '1784', state: 'invalid' }),
    )
    expect(await state()).toBe('invalid')
    await connectChannel(part.ctx, account())
    expect(await state()).toBe('valid')
  })

  test('changed by another process is seen within two seconds, and costs no statement meanwhile', async () => {
    await channelFor(part.ctx, 'INSTAGRAM', '1784')
    const elsewhere = await openDatabase(part.config.databaseUrl)
    await elsewhere.q
      .updateTable('instagram_accounts')
      .set({ token_state: 'invalid' })
      .where('page_id', '=', '1784')
      .execute()
    await elsewhere.close()
    expect((await channelFor(part.ctx, 'INSTAGRAM', '1784'))?.tokenState).toBe('valid')
    await expect
      .poll(async () => (await channelFor(part.ctx, 'INSTAGRAM', '1784'))?.tokenState, { timeout: 3000 })
      .toBe('invalid')
  })
})

describe('a token that another program left in clear', () => {
  test('SEC-4: is sealed at the start and works; one that cannot be stays whole and is reported', async () => {
    const { q } = part.ctx.db
    const plain = 'EAAG-left-in-clear'
    await q
      .insertInto('facebook_pages')
      .values({ user_id: cast.admin.id, page_id: '200', access_token: plain })
      .execute()
    await q
      .insertInto('instagram_accounts')
      .values({ user_id: cast.admin.id, page_id: '201', access_token: 'x'.repeat(400) })
      .execute()
    const errors: unknown[] = []
    const log = Object.assign(createLog('silent'), { error: (...line: unknown[]) => errors.push(line) })
    await sealLegacyTokens(part.ctx.db, part.ctx.sealer, log)
    const page = await q
      .selectFrom('facebook_pages')
      .select('access_token')
      .where('page_id', '=', '200')
      .executeTakeFirstOrThrow()
    expect(page.access_token).toMatch(/^v1\./)
    expect(await channelFor(part.ctx, 'FACEBOOK', '200')).toMatchObject({ token: plain })
    const account = await q
      .selectFrom('instagram_accounts')
      .select('access_token')
      .where('page_id', '=', '201')
      .executeTakeFirstOrThrow()
    expect(account.access_token).toBe('x'.repeat(400))
    expect(errors).toHaveLength(1)
    expect(JSON.stringify(errors)).not.toContain('xxx')
  })
})

describe('channel:add', () => {
  const add = (input: string, ...args: string[]) => channelAdd(part.ctx, { args, input })
  const shop = () => ['--platform', 'facebook', '--id', '900', '--name', 'Shop', '--user', cast.admin.email]

  test('connects without asking Meta when told so', async () => {
    expect(await add('EAAG-shop\n', ...shop(), '--no-verify')).toBe('Connected Shop (900).')
    expect(await channelFor(part.ctx, 'FACEBOOK', '900')).toMatchObject({ token: 'EAAG-shop' })
  })

  test('asks Meta otherwise, and saves nothing when Meta does not say yes', async () => {
    await expect(add('EAAG-other', ...shop().with(3, '901'))).rejects.toThrow('Meta does not accept this token for 901')
    expect(await channelFor(part.ctx, 'FACEBOOK', '901')).toBeNull()
  })

  test('refuses what cannot be, in words', async () => {
    const rest = ['--no-verify']
    await expect(add('', ...shop(), ...rest)).rejects.toThrow('token: is empty')
    await expect(add('t', ...shop().with(1, 'whatsapp'), ...rest)).rejects.toThrow('--platform')
    await expect(add('t', ...shop().with(7, 'nobody@cast.example'), ...rest)).rejects.toThrow('Nobody here')
    await expect(add('t', ...shop(), '--login', 'instagram', ...rest)).rejects.toThrow('Facebook Login')
    await expect(add('t', '--platform', 'facebook')).rejects.toThrow('Usage')
    await expect(add('t'.repeat(400), ...shop(), ...rest)).rejects.toThrow('only 338 fit')
  })
})
