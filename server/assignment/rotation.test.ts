import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addAgents, bootTestApp, connectTestChannels, fixedClock, type TestApp } from '../../test/boot.ts'
import { delivery, noon, pageEcho, pageMessage } from '../../test/meta-payloads.ts'
import { setAvailability } from '../team/set-availability.ts'

let app: TestApp
const clock = fixedClock(noon + 60_000)

beforeEach(async () => {
  app = await bootTestApp({ clock })
  await connectTestChannels(app)
})
afterEach(async () => {
  expect(app.errors).toEqual([])
  await app.close()
})

let mid = 0
const write = (on: TestApp, from: string, text = 'hello') =>
  on.deliver(delivery('page', pageMessage({ mid: `r${mid++}`, text, from, at: noon + mid })))

const person = (n: number) => `7${String(n).padStart(9, '0')}`

async function perAgent(): Promise<Map<string | null, number>> {
  const rows = await app.ctx.db.q
    .selectFrom('chats')
    .select((eb) => ['assigned_to', eb.fn.countAll<number>().as('n')])
    .groupBy('assigned_to')
    .execute()
  return new Map(rows.map((r) => [r.assigned_to, Number(r.n)]))
}

async function mirrored() {
  const rows = await app.ctx.db.q.selectFrom('chats').select(['status', 'assigned_to']).execute()
  for (const r of rows) expect(r.status).toBe(r.assigned_to === null ? 'unassigned' : 'assigned')
}

describe('round robin', () => {
  it('ASG-2 gives each of three agents a third, in their order, and says why', async () => {
    const agents = await addAgents(app, 3)
    for (let i = 0; i < 7; i++) await write(app, person(i))
    const chats = await app.ctx.db.q
      .selectFrom('chats')
      .select(['facebook_user_id', 'assigned_to'])
      .orderBy('facebook_user_id')
      .execute()
    expect(chats.map((c) => agents.indexOf(c.assigned_to ?? ''))).toEqual([0, 1, 2, 0, 1, 2, 0])
    const reasons = await app.ctx.db.q
      .selectFrom('chat_assignments')
      .select(['reason', 'eligible', 'by_user_id'])
      .execute()
    expect(reasons).toEqual(Array(7).fill({ reason: 'rotation', eligible: 3, by_user_id: null }))
    await mirrored()
  })

  it('ASG-2 stays fair with two processes that receive at the same time', async () => {
    const agents = await addAgents(app, 4)
    const second = await bootTestApp({ clock, databaseUrl: app.config.databaseUrl })
    const posts = Array.from({ length: 60 }, (_, i) => write(i % 2 ? app : second, person(i)))
    expect(new Set(await Promise.all(posts))).toEqual(new Set([200]))
    const counts = await perAgent()
    expect(agents.map((a) => counts.get(a))).toEqual([15, 15, 15, 15])
    await second.close()
  })

  it('continues after the last one even when that one has left the rotation', async () => {
    const agents = await addAgents(app, 3)
    await write(app, person(1))
    await write(app, person(2))
    await app.ctx.db.q
      .updateTable('users')
      .set({ is_active: 0 })
      .where('id', '=', agents[1] as string)
      .execute()
    await write(app, person(3))
    await write(app, person(4))
    const chats = await app.ctx.db.q.selectFrom('chats').select('assigned_to').orderBy('facebook_user_id').execute()
    expect(chats.map((c) => agents.indexOf(c.assigned_to ?? ''))).toEqual([0, 1, 2, 0])
  })

  it('ASG-3 hands nothing to who is inactive, unavailable, an admin, or holds no chat:message', async () => {
    const agents = await addAgents(app, 5)
    const { q } = app.ctx.db
    const set = (i: number, values: object) =>
      q
        .updateTable('users')
        .set(values)
        .where('id', '=', agents[i] as string)
        .execute()
    await q
      .insertInto('positions')
      .values({ id: 'looks-on', name: 'Looks on', slug: 'looks-on', permissions_json: '["chat:view:all"]' })
      .execute()
    await q
      .insertInto('positions')
      .values({ id: 'broken', name: 'Broken', slug: 'broken', permissions_json: '{"chat:message":true' })
      .execute()
    await set(0, { is_active: 0 })
    await set(1, { can_receive_new_chats: 0 })
    await set(2, { position_id: 'looks-on' })
    await set(3, { position_id: 'broken' })
    for (let i = 0; i < 4; i++) await write(app, person(i))
    expect(await perAgent()).toEqual(new Map([[agents[4] as string, 4]]))
  })

  it('an agent keeps the chat: later messages move nothing', async () => {
    await addAgents(app, 2)
    for (let i = 0; i < 5; i++) await write(app, person(1))
    expect(await app.ctx.db.q.selectFrom('chat_assignments').selectAll().execute()).toHaveLength(1)
  })

  it('a reply from the native app does not assign, the next customer message does', async () => {
    const [first] = await addAgents(app, 1)
    await app.deliver(delivery('page', pageEcho({ mid: 'native', text: 'hi', from: person(1) })))
    expect(await perAgent()).toEqual(new Map([[null, 1]]))
    await write(app, person(1))
    expect(await perAgent()).toEqual(new Map([[first as string, 1]]))
  })
})

describe('nobody eligible', () => {
  it('ASG-4 lets chats wait and hands them out oldest first when somebody steps in', async () => {
    const agents = await addAgents(app, 2)
    for (const userId of agents) await setAvailability(app.ctx, { userId, canReceiveNewChats: false })
    for (const n of [3, 1, 2]) {
      await write(app, person(n))
      await write(app, person(n))
    }
    expect(await perAgent()).toEqual(new Map([[null, 3]]))
    const said = await app.ctx.db.q.selectFrom('chat_assignments').select('reason').execute()
    expect(said).toEqual(Array(3).fill({ reason: 'no_one_eligible' }))
    await setAvailability(app.ctx, { userId: agents[1] as string, canReceiveNewChats: true })
    expect(await perAgent()).toEqual(new Map([[agents[1] as string, 3]]))
    const order = await app.ctx.db.q
      .selectFrom('chat_assignments as a')
      .innerJoin('chats as c', 'c.id', 'a.chat_id')
      .select('c.facebook_user_id')
      .where('a.reason', '=', 'rotation_waiting')
      .orderBy('a.id')
      .execute()
    expect(order.map((o) => o.facebook_user_id)).toEqual([person(3), person(1), person(2)])
    await mirrored()
  })

  it('ASG-2 ASG-3 agents stepping out and in while chats arrive never get one while they are out', async () => {
    const agents = await addAgents(app, 4)
    const toggling = (async () => {
      for (let i = 0; i < 12; i++)
        await setAvailability(app.ctx, { userId: agents[i % 2] as string, canReceiveNewChats: i % 4 > 1 })
    })()
    const posts = Promise.all(Array.from({ length: 40 }, (_, i) => write(app, person(i))))
    expect(new Set(await posts)).toEqual(new Set([200]))
    await toggling
    const counts = await perAgent()
    expect([...counts.values()].reduce((a, b) => a + b)).toBe(40)
    expect(
      Math.abs((counts.get(agents[2] as string) ?? 0) - (counts.get(agents[3] as string) ?? 0)),
    ).toBeLessThanOrEqual(1)
    await mirrored()
  })
})
