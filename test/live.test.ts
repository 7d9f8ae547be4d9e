import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { chatChanges } from '../server/chats/live.ts'
import { dbTime } from '../server/platform/db/time.ts'
import { newId } from '../server/platform/ids.ts'
import { sweepChanges } from '../server/platform/realtime/changes.ts'
import type { LiveSettings } from '../server/platform/realtime/hub.ts'
import { closeCode, type ServerFrame } from '../shared/events.ts'
import { cookieFor } from './cast.ts'
import {
  changesIn,
  connect,
  headOf,
  type LiveClient,
  type LiveProcess,
  type LiveWorld,
  liveWorld,
  moveChat,
  newChat,
  newMessage,
  openSocket,
  soon,
} from './live-process.ts'

let world: LiveWorld
const processes: LiveProcess[] = []

beforeAll(async () => {
  world = await liveWorld()
})

afterEach(async () => {
  for (const process of processes.splice(0)) await process.stop()
})

afterAll(() => world.close())

async function start(settings: LiveSettings = {}, content = chatChanges): Promise<LiveProcess> {
  const process = await world.start({ settings: { pollMs: 50, ...settings }, content })
  processes.push(process)
  return process
}

const about = (messageId: string) => (frame: ServerFrame) =>
  frame.type === 'change' && frame.change.type === 'message.created' && frame.change.message.id === messageId
const gone = (chatId: string) => (frame: ServerFrame) =>
  frame.type === 'change' && frame.change.type === 'chat.removed' && frame.change.chatId === chatId
const everything = (client: LiveClient) => JSON.stringify(client.frames)

describe('the handshake', () => {
  test('RT-1: is refused before it completes without a session, with an ended one, from another site, or with a token in the address', async () => {
    const process = await start()
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    const token = cookie.split('=')[1]
    await expect(openSocket(process, {})).rejects.toThrow('refused with 401')
    await expect(openSocket(process, { path: `/api/v1/live?token=${token}` })).rejects.toThrow('refused with 401')
    await expect(openSocket(process, { cookie, origin: 'https://evil.example' })).rejects.toThrow('refused with 403')
    const inactive = await cookieFor(process.ctx, world.cast.inactive.id)
    await expect(openSocket(process, { cookie: inactive })).rejects.toThrow('refused with 401')
    const ended = await cookieFor(process.ctx, world.cast.tomas.id)
    await process.http.inject({ url: '/api/v1/chats', headers: { cookie: ended } })
    await world.db.q.deleteFrom('sessions').where('user_id', '=', world.cast.tomas.id).execute()
    // Known to this process a moment ago, and still refused.
    await expect(openSocket(process, { cookie: ended })).rejects.toThrow('refused with 401')

    const welcome = await openSocket(process, { cookie, origin: `http://127.0.0.1:${process.port}` })
    welcome.send({ type: 'resume', since: null })
    await welcome.until((frame) => frame.type === 'ready')
    welcome.close()
  })

  test('RT-1: a plain request at its address is told what it is for', async () => {
    const process = await start()
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    expect((await process.http.inject({ url: '/api/v1/live' })).statusCode).toBe(401)
    expect((await process.http.inject({ url: '/api/v1/live', headers: { cookie } })).statusCode).toBe(426)
  })

  test('RT-6: an eleventh socket of one person is refused, others get in', async () => {
    const process = await start()
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(process, world.cast.ines.id)))
    const eleventh = await openSocket(process, { cookie: await cookieFor(process.ctx, world.cast.ines.id) })
    expect(await eleventh.untilClosed()).toBe(closeCode.tooManySockets)
    const other = await connect(process, world.cast.tomas.id)
    for (const client of [...clients, other]) {
      expect(client.closed).toBeNull()
      client.close()
    }
  })
})

describe('resuming', () => {
  test('RT-2: sends everything after the given number once and in order, then ready, while new changes keep coming', async () => {
    const process = await start()
    const chat = await newChat(world.db, world.cast.ines.id)
    const since = await headOf(world.db)
    for (let n = 0; n < 450; n++) await newMessage(world.db, chat, `missed ${n}`)
    const client = await openSocket(process, { cookie: await cookieFor(process.ctx, world.cast.ines.id) })
    client.send({ type: 'resume', since })
    for (let n = 0; n < 50; n++) await newMessage(world.db, chat, `meanwhile ${n}`)
    const head = await headOf(world.db)
    await client.until((frame) => frame.type === 'change' && frame.seq === head)
    await client.until((frame) => frame.type === 'ready')
    const seqs = changesIn(client).map((frame) => frame.seq)
    expect(seqs).toEqual(Array.from({ length: head - since }, (_, n) => since + n + 1))
    client.close()
  })

  test('RT-2: from a number too old, from the future, or no longer kept, the client is told to fetch again', async () => {
    const process = await start({ replayLimit: 20 })
    const chat = await newChat(world.db, world.cast.ines.id)
    for (let n = 0; n < 30; n++) await newMessage(world.db, chat, `old ${n}`)
    const head = await headOf(world.db)
    const { id } = world.cast.ines
    for (const since of [head - 25, head + 1, Number.MAX_SAFE_INTEGER]) {
      const client = await connect(process, id, since)
      expect(client.frames).toEqual([{ type: 'resync', seq: head }])
      client.close()
    }
    const kept = await connect(process, id, head - 15)
    expect(kept.frames.map((frame) => frame.type)).toEqual([...Array(15).fill('change'), 'ready'])
    kept.close()

    await world.db.q
      .updateTable('changes')
      .set({ created_at: dbTime(Date.now() - 8 * 86_400_000) })
      .where('seq', '<=', head - 10)
      .execute()
    expect(await sweepChanges(world.db.q, Date.now())).toBe(head - 10)
    const tooLate = await connect(process, id, head - 15)
    expect(tooLate.frames).toEqual([{ type: 'resync', seq: head }])
    const justInTime = await connect(process, id, head - 10)
    expect(justInTime.frames.map((frame) => frame.type)).toEqual([...Array(10).fill('change'), 'ready'])
    for (const client of [tooLate, justInTime]) client.close()
  })

  test('RT-2: many that come back at once from different places get each their own part', async () => {
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const process = await start({}, (base) => {
      const content = chatChanges(base)
      return { ...content, render: (rows) => held.then(() => content.render(rows)) }
    })
    const chat = await newChat(world.db, world.cast.ines.id)
    const first = await headOf(world.db)
    for (let n = 0; n < 30; n++) await newMessage(world.db, chat, `missed ${n}`)
    const head = await headOf(world.db)
    const places = [first, first + 7, head - 1, head, head + 1, first + 20, first]
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    const clients = await Promise.all(places.map(() => openSocket(process, { cookie })))
    for (const [i, client] of clients.entries()) client.send({ type: 'resume', since: places[i] })
    // All of them wait together now: the first is held up, and the others are known to have arrived.
    for (const client of clients) client.send({ type: 'ping' })
    for (const client of clients) await client.until((frame) => frame.type === 'pong')
    letGo()
    for (const [i, client] of clients.entries()) {
      const since = places[i] ?? 0
      const end = since > head ? 'resync' : 'ready'
      await client.until((frame) => frame.type === end)
      const missed = Array.from({ length: Math.max(0, head - since) }, (_, n) => since + n + 1)
      expect(changesIn(client).map((frame) => frame.seq)).toEqual(missed)
      expect(client.frames.at(-1)).toEqual({ type: end, seq: head })
      client.close()
    }
  })

  test('RT-3: an answer names a number it is not older than, at once after a commit of this process', async () => {
    const process = await start({ pollMs: 60_000 })
    const chat = await newChat(process.ctx.db, world.cast.ines.id)
    await newMessage(process.ctx.db, chat, 'just now')
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    const answer = await process.http.inject({ url: `/api/v1/chats/${chat}`, headers: { cookie } })
    expect(Number(answer.headers['x-live-seq'])).toBe(await headOf(world.db))
    expect(answer.json().lastMessage).toBe('just now')
  })

  test('a batch that cannot be made into frames does not stop the stream: everybody fetches again', async () => {
    let broken = false
    const process = await start({ pollMs: 20 }, (base) => {
      const content = chatChanges(base)
      const render: typeof content.render = (rows) =>
        broken ? Promise.reject(new Error('poison')) : content.render(rows)
      return { ...content, render }
    })
    const client = await connect(process, world.cast.admin.id)
    const chat = await newChat(world.db, null)
    broken = true
    await newMessage(world.db, chat, 'poison')
    await client.until((frame) => frame.type === 'resync')
    broken = false
    const id = await newMessage(world.db, chat, 'and on')
    await client.until(about(id))
    client.close()
  })
})

describe('who gets what', () => {
  test('a bubble that was ours all along goes from the screens of those who see its chat, and of nobody else', async () => {
    const process = await start()
    const ines = await connect(process, world.cast.ines.id)
    const tomas = await connect(process, world.cast.tomas.id)
    const chatId = await newChat(world.db, world.cast.ines.id)
    const messageId = newId()
    await world.db.transaction(async (tx) => tx.change({ type: 'message.removed', chatId, messageId }))
    const removal = await ines.until((frame) => frame.type === 'change' && frame.change.type === 'message.removed')
    expect(removal).toMatchObject({ change: { chat: { id: chatId }, messageId } })
    const after = await newMessage(world.db, await newChat(world.db, world.cast.tomas.id), 'for Tomas')
    await tomas.until(about(after))
    expect(everything(tomas)).not.toContain(messageId)
  })

  test('RT-4: a chat handed to someone else leaves the old agent with "removed" and nothing of what comes later', async () => {
    const process = await start()
    const { ines, tomas, supervisor } = world.cast
    const chat = await newChat(world.db, ines.id)
    const clients = await Promise.all([ines, tomas, supervisor].map((user) => connect(process, user.id)))
    const [old, next, above] = clients as [LiveClient, LiveClient, LiveClient]
    const before = await newMessage(world.db, chat, 'for Ines')
    await old.until(about(before))
    await moveChat(world.db, chat, tomas.id)
    const later = await newMessage(world.db, chat, 'secret for Tomas')
    await next.until(about(later))
    await above.until(about(later))
    await old.until(gone(chat))
    const sign = await newMessage(world.db, await newChat(world.db, ines.id), 'a sign that all before it was sent')
    await old.until(about(sign))
    expect(everything(old)).not.toContain('secret for Tomas')
    expect(everything(next)).not.toContain('for Ines')
    expect(above.frames.filter(gone(chat))).toEqual([])
    for (const client of clients) client.close()
  })

  test('RT-4: what is replayed is decided by who one is now, not by who one was then', async () => {
    const process = await start()
    const { ines, tomas } = world.cast
    const since = await headOf(world.db)
    const chat = await newChat(world.db, ines.id)
    await newMessage(world.db, chat, 'while it was hers')
    await moveChat(world.db, chat, tomas.id)
    await newMessage(world.db, chat, 'secret for Tomas')
    const old = await connect(process, ines.id, since)
    expect(changesIn(old).map((frame) => frame.change)).toEqual([{ type: 'chat.removed', chatId: chat }])
    const next = await connect(process, tomas.id, since)
    expect(changesIn(next).map((frame) => frame.change.type)).toEqual([
      'message.created',
      'chat.updated',
      'message.created',
    ])
    for (const client of [old, next]) client.close()
  })

  test('RT-4: an unassigned chat goes to those who may take it, and leaves them when someone did', async () => {
    const process = await start()
    const { ines, tomas, noPosition } = world.cast
    const clients = await Promise.all([ines, tomas, noPosition].map((user) => connect(process, user.id)))
    const [one, other, nobody] = clients as [LiveClient, LiveClient, LiveClient]
    const chat = await newChat(world.db, null)
    const message = await newMessage(world.db, chat, 'anybody there?')
    await one.until(about(message))
    await other.until(about(message))
    const cookie = await cookieFor(process.ctx, ines.id)
    const claim = await process.http.inject({
      method: 'PUT',
      url: `/api/v1/chats/${chat}/assignment`,
      headers: { cookie },
      payload: { userId: ines.id },
    })
    expect(claim.statusCode).toBe(200)
    await other.until(gone(chat))
    const mine = await newMessage(world.db, chat, 'only for the one who took it')
    await one.until(about(mine))
    expect(everything(other)).not.toContain('only for the one')
    expect(nobody.frames).toHaveLength(1)
    for (const client of clients) client.close()
  })

  test('RT-4: when a colleague changes teams, those who see the team fetch again and see by the new order', async () => {
    const process = await start()
    const { db, cast } = world
    const positions = ['team-a', 'team-b'].map((slug) => ({
      id: newId(),
      name: slug,
      slug,
      permissions_json: '["chat:view:assigned","chat:view:team","chat:message"]',
    }))
    await db.q.insertInto('positions').values(positions).execute()
    const place = async (userId: string, positionId: string | undefined) => {
      await db.transaction(async (tx) => {
        await tx.q
          .updateTable('users')
          .set({ position_id: positionId ?? null })
          .where('id', '=', userId)
          .execute()
        tx.change({ type: 'user.updated', userId })
      })
    }
    const before = await db.q
      .selectFrom('users')
      .select('position_id')
      .where('id', '=', cast.ines.id)
      .executeTakeFirstOrThrow()
    await place(cast.tomas.id, positions[0]?.id)
    await place(cast.ines.id, positions[0]?.id)
    const watcher = await connect(process, cast.tomas.id)
    const chat = await newChat(db, cast.ines.id)
    await watcher.until(about(await newMessage(db, chat, 'in the same team')))
    const framesBefore = watcher.frames.length
    await place(cast.ines.id, positions[1]?.id)
    await soon(() => watcher.frames.slice(framesBefore).find((frame) => frame.type === 'resync'))
    await newMessage(db, chat, 'of another team')
    await watcher.until(about(await newMessage(db, await newChat(db, cast.tomas.id), 'a sign')))
    expect(everything(watcher)).not.toContain('of another team')
    for (const user of [cast.ines, cast.tomas]) await place(user.id, before.position_id ?? undefined)
    watcher.close()
  })

  test('RT-9: frames carry views only: no raw payload, no token, no e-mail of others', async () => {
    const process = await start()
    const client = await connect(process, world.cast.admin.id)
    const chat = await newChat(world.db, world.cast.ines.id)
    await client.until(about(await newMessage(world.db, chat, 'hello')))
    const text = everything(client)
    expect(text).toContain('Ines Duarte')
    expect(text).not.toMatch(/payload-of-meta|sealed-page-token|@cast\.example|metadata|password/)
    client.close()
  })
})

describe('rights that change', () => {
  const within = (ms: number, from: number) => expect(performance.now() - from).toBeLessThan(ms)

  test('RT-5: an ended session closes its sockets, also when nobody told this process', async () => {
    const process = await start({ pollMs: 60_000 })
    const { cast } = world
    const { db } = process.ctx
    const told = await connect(process, cast.ines.id)
    const other = await connect(process, cast.tomas.id)
    let began = performance.now()
    await db.transaction(async (tx) => {
      await tx.q.deleteFrom('sessions').where('user_id', '=', cast.ines.id).execute()
      tx.change({ type: 'session.ended', userId: cast.ines.id })
    })
    expect(await told.untilClosed()).toBe(closeCode.signedOut)
    within(500, began)
    expect(other.closed).toBeNull()
    began = performance.now()
    await db.q.deleteFrom('sessions').where('user_id', '=', cast.tomas.id).execute()
    expect(await other.untilClosed()).toBe(closeCode.signedOut)
    within(2000, began)
  })

  test('RT-5: a deactivated person and a session past its time are out within two seconds', async () => {
    const process = await start()
    const { db, cast } = world
    const deactivated = await connect(process, cast.ines.id)
    const expired = await connect(process, cast.tomas.id)
    const began = performance.now()
    await db.q.updateTable('users').set({ is_active: 0 }).where('id', '=', cast.ines.id).execute()
    await db.q
      .updateTable('sessions')
      .set({ expires_at: dbTime(Date.now() - 1) })
      .where('user_id', '=', cast.tomas.id)
      .execute()
    expect(await deactivated.untilClosed()).toBe(closeCode.signedOut)
    expect(await expired.untilClosed()).toBe(closeCode.signedOut)
    within(2000, began)
    await db.q.updateTable('users').set({ is_active: 1 }).where('id', '=', cast.ines.id).execute()
    await db.q.deleteFrom('sessions').where('user_id', '=', cast.tomas.id).execute()
  })

  test('RT-5: someone who may see less fetches again within two seconds and gets nothing more of the rest', async () => {
    const process = await start()
    const { db, cast } = world
    const client = await connect(process, cast.supervisor.id)
    const chat = await newChat(db, cast.ines.id)
    await client.until(about(await newMessage(db, chat, 'seen from above')))
    const role = await db.q
      .selectFrom('users')
      .select('position_id')
      .where('id', '=', cast.supervisor.id)
      .executeTakeFirstOrThrow()
    const agent = await db.q
      .selectFrom('positions')
      .select('id')
      .where('slug', '=', 'agent-messaging')
      .executeTakeFirstOrThrow()
    const began = performance.now()
    await db.q.updateTable('users').set({ position_id: agent.id }).where('id', '=', cast.supervisor.id).execute()
    await client.until((frame) => frame.type === 'resync')
    within(2000, began)
    await newMessage(db, chat, 'no longer for above')
    await client.until(about(await newMessage(db, await newChat(db, cast.supervisor.id), 'a sign')))
    expect(everything(client)).not.toContain('no longer for above')
    await db.q
      .updateTable('users')
      .set({ position_id: role.position_id })
      .where('id', '=', cast.supervisor.id)
      .execute()
    client.close()
  })

  test('RT-5: with the word of the change they are settled before anything later is sent', async () => {
    const process = await start({ recheckMs: 60_000 })
    const { db, cast } = world
    const client = await connect(process, cast.supervisor.id)
    const above = await connect(process, cast.admin.id)
    const chat = await newChat(db, cast.ines.id)
    const role = await db.q
      .selectFrom('users')
      .select('position_id')
      .where('id', '=', cast.supervisor.id)
      .executeTakeFirstOrThrow()
    await db.transaction(async (tx) => {
      await tx.q.updateTable('users').set({ position_id: null }).where('id', '=', cast.supervisor.id).execute()
      tx.change({ type: 'user.updated', userId: cast.supervisor.id })
    })
    const behindIt = await newMessage(db, chat, 'right behind it')
    await above.until(about(behindIt))
    await client.until((frame) => frame.type === 'change' && frame.change.type === 'me.updated')
    await client.until((frame) => frame.type === 'resync')
    expect(everything(client)).not.toContain('right behind it')
    await db.transaction(async (tx) => {
      await tx.q
        .updateTable('users')
        .set({ position_id: role.position_id })
        .where('id', '=', cast.supervisor.id)
        .execute()
      tx.change({ type: 'user.updated', userId: cast.supervisor.id })
    })
    await client.until(about(await newMessage(db, chat, 'back again')))
    for (const one of [client, above]) one.close()
  })
})

describe('sockets that misbehave', () => {
  test('RT-6: a reader that is too slow is cut off, others get everything, and it gets the rest when it comes back', async () => {
    const process = await start()
    const { db, cast } = world
    const chat = await newChat(db, cast.ines.id)
    const message = await newMessage(db, chat, 'x'.repeat(20_000))
    const since = await headOf(db)
    const slow = await connect(process, cast.ines.id, since)
    const quick = await connect(process, cast.supervisor.id, since)
    slow.socket.pause()
    const count = 900
    for (let n = 0; n < count; n += 100) {
      await db.transaction(async (tx) => {
        for (let i = 0; i < 100; i++) tx.change({ type: 'message.created', chatId: chat, messageId: message })
      })
      await quick.until((frame) => frame.type === 'change' && frame.seq === since + n + 100)
    }
    const sockets = await soon(async () => {
      const { values } = await process.ctx.metrics.liveSockets.get()
      return values[0]?.value === 1 ? values : null
    })
    expect(sockets).toHaveLength(1)
    expect(changesIn(quick)).toHaveLength(count)
    slow.socket.resume()
    expect([closeCode.tooSlow, 1006]).toContain(await slow.untilClosed())

    const last = changesIn(slow).at(-1)?.seq ?? since
    expect(last).toBeLessThan(since + count)
    const back = await connect(process, cast.ines.id, last)
    expect(changesIn(back).map((frame) => frame.seq)).toEqual(
      Array.from({ length: since + count - last }, (_, n) => last + n + 1),
    )
    for (const client of [quick, back]) client.close()
  })

  test('RT-7: what is no frame is answered by a fixed code without an echo, and the third ends the connection', async () => {
    const process = await start()
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    const bad: [unknown, string][] = [
      ['{not json <script>', 'invalid_frame'],
      [Buffer.from([1, 2, 3]), 'invalid_frame'],
      ['null', 'invalid_frame'],
      ['[]', 'invalid_frame'],
      [{ type: 'drop table' }, 'unknown_type'],
      [{ type: 'resume', since: -1 }, 'invalid_frame'],
      [{ type: 'resume', since: '5' }, 'invalid_frame'],
      [{ type: 'resume' }, 'invalid_frame'],
      [{ type: 'resume', since: 1e300 }, 'invalid_frame'],
    ]
    for (const [frame, code] of bad) {
      const client = await openSocket(process, { cookie })
      for (let n = 0; n < 3; n++) client.send(frame)
      expect(await client.untilClosed()).toBe(closeCode.badFrames)
      expect(client.frames).toEqual(Array(3).fill({ type: 'error', code }))
    }
    const patient = await openSocket(process, { cookie })
    patient.send('nonsense')
    patient.send({ type: 'resume', since: null })
    await patient.until((frame) => frame.type === 'ready')
    patient.send({ type: 'ping' })
    await patient.until((frame) => frame.type === 'pong')
    patient.close()
  })

  test('RT-6, RT-7: too many frames a second and a frame over 64 KiB end the connection', async () => {
    const process = await start()
    const eager = await connect(process, world.cast.ines.id)
    for (let n = 0; n < 60; n++) eager.send({ type: 'ping' })
    expect(await eager.untilClosed()).toBe(closeCode.badFrames)
    expect(eager.frames).toContainEqual({ type: 'error', code: 'too_many_frames' })
    const large = await connect(process, world.cast.ines.id)
    large.send(`"${'x'.repeat(70_000)}"`)
    expect(await large.untilClosed()).toBe(1009)
    const exact = await connect(process, world.cast.ines.id)
    exact.send({ type: 'ping', padding: 'x'.repeat(60_000) })
    await exact.until((frame) => frame.type === 'pong')
    exact.close()
  })

  test('RT-6: a socket that answers no ping is ended, one that does stays', async () => {
    const process = await start({ limits: { pingMs: 30, deadMs: 150 } })
    const dead = await openSocket(process, {
      cookie: await cookieFor(process.ctx, world.cast.ines.id),
      autoPong: false,
    })
    const alive = await connect(process, world.cast.tomas.id)
    expect(await dead.untilClosed()).toBe(1006)
    expect(alive.socket.readyState).toBe(WebSocket.OPEN)
    alive.close()
  })

  test('RUN-1: a stop closes every socket with 1012 and leaves no one waiting', async () => {
    const process = await start()
    const client = await connect(process, world.cast.ines.id)
    await process.ctx.live.stop()
    expect(await client.untilClosed()).toBe(closeCode.restarting)
    const cookie = await cookieFor(process.ctx, world.cast.ines.id)
    await expect(openSocket(process, { cookie })).rejects.toThrow('refused with 503')
  })
})
