import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from './test-client.ts'

let bench: Bench

beforeEach(async () => {
  bench = await startBench({ world: 'nordlys' })
})
afterEach(() => bench.close())

interface List {
  data: { id: string; message?: string; messages?: List }[]
  paging?: { cursors: { after: string }; next?: string }
}

const asPage = (path: string) =>
  bench.graph(`/facebook/v26.0/${path}${path.includes('?') ? '&' : '?'}access_token=${bench.page.token}`)
const asInstagram = (path: string) =>
  bench.graph(`/instagram/${path}${path.includes('?') ? '&' : '?'}access_token=${bench.instagram.token}`)

describe('reading', () => {
  it('tells profiles in the shape of each platform', async () => {
    const people = (await bench.state()).people
    const lena = people.find((person) => person.username === 'lena.wohnt')
    const omar = people.find((person) => person.name === 'Omar Haddad')
    expect((await asInstagram(`${lena?.id}?fields=name,username,profile_pic,follower_count`)).body).toEqual({
      id: lena?.id,
      name: 'Lena Fischer',
      username: 'lena.wohnt',
      profile_pic: expect.stringContaining('/media/face/lena'),
      follower_count: 812,
    })
    const { body } = await asPage(`${omar?.id}?fields=first_name,last_name,profile_pic`)
    expect(body).toMatchObject({ first_name: 'Omar', last_name: 'Haddad' })
    const picture = await fetch(String(body.profile_pic))
    expect(picture.headers.get('content-type')).toBe('image/png')
    await bench.control('PATCH', `people/${omar?.id}`, { profileVisible: false })
    expect((await asPage(`${omar?.id}?fields=first_name`)).body).toEqual({})
    expect((await asPage('12345?fields=name')).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  })

  it('tells who the token belongs to and which pages a user has', async () => {
    expect((await asPage('me')).body).toEqual({ id: bench.page.id, name: 'Nordlys Interiors' })
    expect((await asInstagram('me?fields=user_id,username')).body).toMatchObject({ user_id: bench.instagram.id })
    const { userToken, app } = await bench.state()
    const pages = await bench.graph(
      `/facebook/me/accounts?fields=id,name,access_token,instagram_business_account{id,username}&access_token=${userToken}`,
    )
    expect(pages.body.data).toMatchObject([
      {
        id: bench.page.id,
        access_token: bench.page.token,
        instagram_business_account: { id: bench.instagram.id, username: 'nordlys.interiors' },
      },
    ])
    const debug = await bench.graph(
      `/facebook/debug_token?input_token=${bench.page.token}&access_token=${app.id}|${app.secret}`,
    )
    expect(debug.body.data).toMatchObject({ is_valid: true, type: 'PAGE', profile_id: bench.page.id })
  })

  it('lists conversations newest first, page by page, with messages expanded', async () => {
    await bench.switches({ rateLimits: false })
    const seen: string[] = []
    let after = ''
    for (let pages = 0; pages < 9; pages += 1) {
      const { body } = await asPage(
        `me/conversations?platform=messenger&limit=3&fields=updated_time,messages.limit(2){message}${after}`,
      )
      const list = body as unknown as List
      seen.push(...list.data.map((thread) => thread.id))
      expect(list.data[0]?.messages?.data.length).toBeGreaterThan(0)
      if (!list.paging?.next) break
      after = `&after=${list.paging.cursors.after}`
    }
    const threads = (await bench.state()).threads.filter((thread) => thread.accountId === bench.page.id)
    const newestFirst = threads.sort((a, b) => Number(b.lastAt) - Number(a.lastAt)).map((thread) => thread.id)
    expect(seen).toEqual(newestFirst)
  })

  it('finds a sent message again, but details only of the newest twenty', async () => {
    await bench.switches({ rateLimits: false })
    const person = await bench.writer('instagram')
    const sent = await bench.send(person, { text: 'Number 0' })
    for (let i = 1; i < 21; i += 1)
      await bench.control('POST', `threads/${person.id}/messages`, { text: `Number ${i}` })
    const [found] = ((await asInstagram(`me/conversations?user_id=${person.id}`)).body as unknown as List).data
    const { body } = await asInstagram(`${found?.id}/messages?fields=id,message,from&limit=50`)
    const list = (body as unknown as List).data
    expect(list).toHaveLength(22)
    expect(list[0]).toMatchObject({ message: 'Number 20', from: { id: person.id } })
    expect(list[20]?.message).toBeUndefined()
    expect((await asInstagram(`${sent.body.message_id}?fields=message`)).body.error?.code).toBe(9000001)
    const newest = await bench.send(person, { text: 'Newest' })
    expect((await asInstagram(`${newest.body.message_id}?fields=message`)).body.message).toBe('Newest')
  })

  it('allows two conversation calls a second', async () => {
    const replies = await Promise.all([1, 2, 3].map(() => asPage('me/conversations')))
    expect(replies.map((reply) => reply.body.error?.code ?? 'ok').sort()).toEqual([613, 'ok', 'ok'])
  })

  it('answers unknown paths and unreadable bodies in the envelope of Graph', async () => {
    expect((await asPage('me/horses')).body.error).toMatchObject({ code: 2500 })
    const broken = await bench.graph('/facebook/me/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bench.page.token}` },
      body: '{"recipient":',
    })
    expect(broken).toMatchObject({ status: 400, body: { error: { code: 100, type: 'OAuthException' } } })
  })

  it('starts over with the same tokens and the same people', async () => {
    const before = await bench.state()
    await bench.newPerson('messenger')
    await bench.control('POST', 'reset', {})
    const after = await bench.state()
    expect(after.people.map((person) => person.id)).toEqual(before.people.map((person) => person.id))
    expect(after.accounts.map((account) => account.token)).toEqual(before.accounts.map((account) => account.token))
  })

  it('does nothing for a page of another site', async () => {
    const response = await fetch(`${bench.sandbox.url}/_sandbox/api/reset`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
    })
    expect(response.status).toBe(403)
  })
})
