import { afterAll, beforeAll, expect, it } from 'vitest'
import { instagramId, pageId } from '../../test/meta-payloads.ts'
import { bootSending, type SendRig } from '../../test/send-rig.ts'
import { refreshProfile } from './refresh-profile.ts'

let rig: SendRig
beforeAll(async () => {
  rig = await bootSending()
})
afterAll(() => rig.close())

const instagram = (igsid: string) =>
  rig.ctx.db.q.selectFrom('instagram_users').selectAll().where('igsid', '=', igsid).executeTakeFirstOrThrow()

it.each([
  ['INSTAGRAM', instagramId],
  ['FACEBOOK', pageId],
] as const)(
  'a new contact of %s is asked for in a job and then called by name, without being seen',
  async (platform, account) => {
    const chat = await rig.newChat(platform)
    const job = await rig.ctx.db.q
      .selectFrom('jobs')
      .selectAll()
      .where('dedupe_key', '=', `profile:${platform}:${chat.contactId}`)
      .executeTakeFirst()
    expect(job?.kind).toBe('profile')
    const seen = async () =>
      platform === 'INSTAGRAM'
        ? (await instagram(chat.contactId)).last_seen_at
        : (
            await rig.ctx.db.q
              .selectFrom('facebook_users')
              .select('last_seen_at')
              .where('id', '=', chat.contactId)
              .executeTakeFirstOrThrow()
          ).last_seen_at
    const before = await seen()
    await refreshProfile(rig.ctx, { platform, pageId: account, contactId: chat.contactId })
    const row = await rig.ctx.db.q.selectFrom('chats').select('username').where('id', '=', chat.id).executeTakeFirst()
    expect(row?.username).toBe('Ana Pereira')
    expect(await seen()).toBe(before)
    const change = await rig.ctx.db.q
      .selectFrom('changes')
      .select('type')
      .where('chat_id', '=', chat.id)
      .orderBy('seq', 'desc')
      .executeTakeFirst()
    expect(change?.type).toBe('chat.updated')
  },
)

it('somebody Meta does not show is remembered and not asked for again soon', async () => {
  const chat = await rig.newChat('INSTAGRAM')
  await rig.control('PATCH', `/people/${chat.contactId}`, { profileVisible: false })
  const wanted = { platform: 'INSTAGRAM', pageId: instagramId, contactId: chat.contactId } as const
  await refreshProfile(rig.ctx, wanted)
  expect(await instagram(chat.contactId)).toMatchObject({ name: null, profile_checked_at: expect.any(String) })
  await rig.control('PATCH', `/people/${chat.contactId}`, { profileVisible: true })
  await refreshProfile(rig.ctx, wanted)
  expect((await instagram(chat.contactId)).name).toBeNull()
})

it('a Meta that does not answer brings the job back', async () => {
  const chat = await rig.newChat('INSTAGRAM')
  await rig.faults({ kind: 'server_error', scope: 'all', times: 1 })
  const wanted = { platform: 'INSTAGRAM', pageId: instagramId, contactId: chat.contactId } as const
  await expect(refreshProfile(rig.ctx, wanted)).rejects.toThrow('temporary')
  await refreshProfile(rig.ctx, wanted)
  expect((await instagram(chat.contactId)).name).toBe('Ana Pereira')
})
