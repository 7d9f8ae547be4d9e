import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addAgents, bootTestApp, connectTestChannels, fixedClock, type TestApp } from '../../test/boot.ts'
import {
  delivery,
  igsid,
  instagramEcho,
  instagramId,
  instagramMessage,
  metaBytes,
  noon,
  pageEcho,
  pageId,
  pageMessage,
  psid,
  sign,
  testSecret,
  verifyToken,
} from '../../test/meta-payloads.ts'
import type { Ctx } from '../ctx.ts'
import { dbTime } from '../platform/db/time.ts'
import { createIngest } from './ingest.ts'
import { replayDeliveries, replayParked, replayUnknownAccount } from './replay.ts'
import { sweepEventKeys } from './sweep-event-keys.ts'

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

const messages = () => app.ctx.db.q.selectFrom('facebook_messages').selectAll().orderBy('timestamp').execute()
const chats = () => app.ctx.db.q.selectFrom('chats').selectAll().execute()
const stored = async () =>
  Number(
    (
      await app.ctx.db.q
        .selectFrom('facebook_webhook_events')
        .select((eb) => eb.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  )
const parked = () => app.ctx.db.q.selectFrom('webhook_parked_events').selectAll().orderBy('id').execute()

async function ledger() {
  const rows = await app.ctx.db.q.selectFrom('webhook_totals').selectAll().execute()
  const sum = (c: 'received' | 'applied' | 'duplicate' | 'ignored' | 'parked') =>
    rows.reduce((n, r) => n + Number(r[c]), 0)
  const t = {
    received: sum('received'),
    applied: sum('applied'),
    duplicate: sum('duplicate'),
    ignored: sum('ignored'),
    parked: sum('parked'),
  }
  expect(t.received).toBe(t.applied + t.duplicate + t.ignored + t.parked)
  return t
}

/** Everything a repeat must leave as it is. */
async function fingerprint(): Promise<string> {
  const { q } = app.ctx.db
  const parts = await Promise.all([
    q.selectFrom('chats').selectAll().orderBy('id').execute(),
    q.selectFrom('facebook_messages').selectAll().orderBy('id').execute(),
    q.selectFrom('instagram_messages').selectAll().orderBy('id').execute(),
    q.selectFrom('instagram_message_logs').selectAll().orderBy('id').execute(),
    q.selectFrom('facebook_users').selectAll().orderBy('id').execute(),
    q.selectFrom('instagram_users').selectAll().orderBy('igsid').execute(),
    q.selectFrom('changes').select('seq').execute(),
    q.selectFrom('chat_assignments').selectAll().orderBy('id').execute(),
  ])
  return JSON.stringify(parts)
}

describe('the handshake', () => {
  const get = (query: string, path = '/webhooks/meta') => app.http.inject({ method: 'GET', url: `${path}?${query}` })

  it('ING-1 gives the challenge back as plain text for our verify token only', async () => {
    const good = await get(`hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${verifyToken}`)
    expect([good.statusCode, good.body, good.headers['content-type']]).toEqual([200, '1158201444', 'text/plain'])
    expect((await get(`hub_mode=subscribe&hub_challenge=77&hub_verify_token=${verifyToken}`, '/webhook')).body).toBe(
      '77',
    )
    expect((await get('hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong')).statusCode).toBe(403)
    expect((await get(`hub.mode=other&hub.challenge=1&hub.verify_token=${verifyToken}`)).statusCode).toBe(403)
    const script = await get(
      `hub.mode=subscribe&hub.verify_token=${verifyToken}&hub.challenge=${encodeURIComponent('<script>')}`,
    )
    expect(script.statusCode).toBe(403)
    expect(script.body).not.toContain('<script>')
  })
})

describe('the signature', () => {
  it('ING-2 refuses what is not signed by us and stores nothing', async () => {
    const body = metaBytes(delivery('page', pageMessage({ mid: 'm1', text: 'hi' })))
    const good = sign(body)
    const wrong = {
      missing: '',
      other: sign(body, 'another-secret-of-somebody'),
      short: good.slice(0, -2),
      sha1: good.replace('sha256', 'sha1'),
      two: `${sign(body, 'x'.repeat(20))},${good}`,
      upper: good.toUpperCase(),
    }
    for (const [name, header] of Object.entries(wrong)) {
      expect((await app.deliverBytes(body, { 'x-hub-signature-256': header })).status, name).toBe(401)
    }
    expect(
      (await app.deliverBytes(Buffer.concat([body, Buffer.from(' ')]), { 'x-hub-signature-256': good })).status,
    ).toBe(401)
    expect(await stored()).toBe(0)
  })

  it('ING-2 accepts any of several secrets while they rotate, on every alias', async () => {
    const second = await bootTestApp({ clock, env: { META_APP_SECRET: `${testSecret},the-second-secret-0123456789` } })
    await connectTestChannels(second)
    const body = metaBytes(delivery('page', pageMessage({ mid: 'm1', text: 'grüße 🪑' })))
    for (const url of ['/webhooks/meta', '/api/webhooks/instagram', '/api/webhooks/facebook', '/webhook']) {
      const answer = await second.http.inject({
        method: 'POST',
        url,
        payload: body,
        headers: {
          'content-type': 'application/json',
          'x-hub-signature-256': sign(body, 'the-second-secret-0123456789'),
        },
      })
      expect(answer.statusCode, url).toBe(200)
    }
    expect(
      (await second.ctx.db.q.selectFrom('facebook_messages').select('content').execute()).map((m) => m.content),
    ).toEqual(['grüße 🪑'])
    await second.close()
  })
})

describe('a customer writes', () => {
  it('stores the message, opens the chat and counts it unread on Messenger', async () => {
    expect(
      await app.deliver(delivery('page', pageMessage({ mid: 'm_aa01', text: 'Is the oak table still here?' }))),
    ).toBe(200)
    const [chat] = await chats()
    expect(chat).toMatchObject({
      platform: 'FACEBOOK',
      facebook_page_id: pageId,
      facebook_user_id: psid,
      unread_count: 1,
      last_message: 'Is the oak table still here?',
      last_incoming_at: dbTime(noon),
      activity_at: dbTime(noon),
    })
    const [message] = await messages()
    expect(message).toMatchObject({
      sender: 'FACEBOOK_USER',
      content: 'Is the oak table still here?',
      timestamp: dbTime(noon),
      mid: 'm_aa01',
      is_ticklegram: 0,
    })
    expect(JSON.parse(message?.metadata_json ?? '{}').raw_webhook.message.mid).toBe('m_aa01')
  })

  it('ING-16 writes message, log, chat and change of an Instagram message together', async () => {
    await app.deliver(delivery('instagram', instagramMessage({ mid: 'ig1', text: 'hello' })))
    const { q } = app.ctx.db
    expect(await q.selectFrom('instagram_messages').select(['content', 'instagram_user_id']).execute()).toEqual([
      { content: 'hello', instagram_user_id: igsid },
    ])
    const [log] = await q.selectFrom('instagram_message_logs').selectAll().execute()
    expect(log).toMatchObject({ igsid, message_id: 'ig1', direction: 'inbound', text: 'hello', ts: noon / 1000 })
    expect(JSON.parse(log?.raw_payload_json ?? '').message.mid).toBe('ig1')
    expect((await chats())[0]).toMatchObject({
      facebook_page_id: instagramId,
      instagram_user_id: igsid,
      unread_count: 1,
    })
    expect((await q.selectFrom('changes').select('type').orderBy('seq').execute()).map((c) => c.type)).toEqual([
      'message.created',
    ])
  })

  it.each(['instagram_messages', 'instagram_message_logs', 'chats', 'changes', 'webhook_totals'] as const)(
    'ING-16 leaves nothing of a message behind when its row in %s cannot be written',
    async (table) => {
      const { q } = app.ctx.db
      await app.deliver(delivery('instagram', instagramMessage({ mid: 'before', text: 'a' })))
      const before = await fingerprint()
      await q.schema.alterTable(table).renameTo('gone').execute()
      expect(
        await app.deliver(delivery('instagram', instagramMessage({ mid: 'after', text: 'b', at: noon + 1 }))),
      ).toBe(503)
      await q.schema.alterTable('gone').renameTo(table).execute()
      expect(await fingerprint()).toBe(before)
      expect(await stored()).toBe(1)
      expect(app.errors.splice(0).join()).toContain('could not be stored')
    },
  )

  it('keeps every kind of attachment as its kind', async () => {
    const kinds = {
      image: 'image',
      video: 'video',
      audio: 'audio',
      file: 'file',
      share: 'share',
      ig_reel: 'reel',
      ig_post: 'post',
      story_mention: 'story_mention',
      like_heart: 'like',
      something_new: 'unsupported',
    }
    let i = 0
    for (const type of Object.keys(kinds)) {
      const more = { attachments: [{ type, payload: { url: `https://cdn.invalid/${type}`, title: 'A title' } }] }
      await app.deliver(delivery('instagram', instagramMessage({ mid: `k${i}`, at: noon + i++, more })))
    }
    const rows = await app.ctx.db.q
      .selectFrom('instagram_messages')
      .select(['kind', 'message_type', 'attachments_json'])
      .orderBy('timestamp')
      .execute()
    expect(rows.map((r) => r.kind)).toEqual(Object.values(kinds))
    expect(rows.map((r) => r.message_type)).toEqual(['image', ...Array(rows.length - 1).fill('text')])
    expect(JSON.parse(rows[0]?.attachments_json ?? '')[0]).toMatchObject({
      kind: 'image',
      url: 'https://cdn.invalid/image',
      title: 'A title',
    })
  })

  it('ING-17 makes one chat of fifty first messages at once, and two of two accounts', async () => {
    const all = Array.from({ length: 50 }, (_, i) =>
      app.deliver(delivery('page', pageMessage({ mid: `p${i}`, text: `${i}`, at: noon + i }))),
    )
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]))
    expect(await chats()).toHaveLength(1)
    expect((await chats())[0]).toMatchObject({ unread_count: 50, last_message: '49' })
    await app.ctx.db.q
      .insertInto('facebook_pages')
      .values({ user_id: '00000000-0000-7000-8000-00000000000a', page_id: '222', access_token: 'x' })
      .execute()
    await app.deliver({
      object: 'page',
      entry: [
        {
          id: '222',
          time: noon,
          messaging: [{ ...pageMessage({ mid: 'q1', text: 'other page' }), recipient: { id: '222' } }],
        },
      ],
    })
    expect(await chats()).toHaveLength(2)
  })

  it('ING-18 keeps two messages whose ids differ only by case or a trailing space', async () => {
    for (const mid of ['m_AbC', 'm_aBc', 'm_AbC ']) await app.deliver(delivery('page', pageMessage({ mid, text: mid })))
    expect((await messages()).map((m) => m.mid).sort()).toEqual(['m_AbC', 'm_AbC ', 'm_aBc'])
  })

  it('ING-19 returns emoji, right-to-left and long text unchanged, and parks what no database keeps as it is', async () => {
    const texts = [
      '👩‍👩‍👧‍👦 🇳🇴',
      'هل يتوفر هذا المصباح؟',
      'x'.repeat(20_000),
      '𝒳'.repeat(15_000),
      "'; drop table chats; --",
      ' leading and trailing ',
    ]
    for (const [i, text] of texts.entries())
      await app.deliver(delivery('page', pageMessage({ mid: `t${i}`, text, at: noon + i })))
    expect((await messages()).map((m) => m.content)).toEqual(texts)
    for (const [i, text] of ['nul\u0000here', 'half \ud83d character', 'y'.repeat(70_000)].entries()) {
      expect(await app.deliver(delivery('page', pageMessage({ mid: `bad${i}`, text })))).toBe(200)
    }
    expect((await parked()).map((p) => p.reason)).toEqual(['text_not_storable', 'text_not_storable', 'too_long'])
    expect(await messages()).toHaveLength(texts.length)
  })

  it('reads ids written as numbers without losing a digit', async () => {
    const text = `{"object":"instagram","entry":[{"id":${instagramId},"time":1,"messaging":[{"sender":{"id":17841452691600097},"recipient":{"id":${instagramId}},"timestamp":${noon},"message":{"mid":"n1","text":"id 17841452691600097"}}]}]}`
    expect((await app.deliverBytes(Buffer.from(text))).status).toBe(200)
    expect((await chats())[0]).toMatchObject({
      instagram_user_id: '17841452691600097',
      last_message: 'id 17841452691600097',
    })
  })
})

describe('the native app answers', () => {
  it('shows an echo of another app once, as the page, and does not assign', async () => {
    await addAgents(app, 1)
    const echo = delivery('page', pageEcho({ mid: 'e1', text: 'from the inbox', more: { app_id: 26390203743090 } }))
    await app.deliver(echo)
    await app.deliver(echo)
    expect(await messages()).toMatchObject([
      { sender: 'FACEBOOK_PAGE', origin_app_id: '26390203743090', is_ticklegram: 0 },
    ])
    expect((await chats())[0]).toMatchObject({ assigned_to: null, unread_count: 0, last_outgoing_at: dbTime(noon) })
    await app.deliver(delivery('instagram', instagramEcho({ mid: 'e2', text: 'typed on the phone' })))
    expect(await app.ctx.db.q.selectFrom('instagram_messages').select('sender').execute()).toEqual([
      { sender: 'INSTAGRAM_PAGE' },
    ])
  })
})

describe('delivered and read marks', () => {
  it('moves the chat’s watermarks forward only, by time on Messenger', async () => {
    await app.deliver(delivery('page', pageEcho({ mid: 'e1', text: 'a' })))
    const mark = (kind: 'delivery' | 'read', watermark: number) =>
      delivery('page', { sender: { id: psid }, recipient: { id: pageId }, timestamp: watermark, [kind]: { watermark } })
    await app.deliver(mark('delivery', noon + 1))
    await app.deliver(mark('read', noon + 2))
    await app.deliver(mark('read', noon + 1))
    expect((await chats())[0]).toMatchObject({
      delivered_watermark: dbTime(noon + 1),
      read_watermark: dbTime(noon + 2),
    })
    const updates = await app.ctx.db.q
      .selectFrom('changes')
      .select('type')
      .where('type', '=', 'message.updated')
      .execute()
    expect(updates).toHaveLength(2)
    expect(await ledger()).toMatchObject({ received: 4, applied: 3, duplicate: 1 })
  })

  it('reads by message id on Instagram, also when the message comes after its mark', async () => {
    const seen = delivery('instagram', {
      sender: { id: igsid },
      recipient: { id: instagramId },
      timestamp: noon + 5000,
      read: { mid: 'late' },
    })
    await app.deliver(delivery('instagram', instagramEcho({ mid: 'first', text: 'a' })))
    await app.deliver(seen)
    expect((await chats())[0]).toMatchObject({ read_watermark: null })
    await app.deliver(delivery('instagram', instagramEcho({ mid: 'late', text: 'b', at: noon + 1000 })))
    expect((await chats())[0]).toMatchObject({ read_watermark: dbTime(noon + 1000) })
  })
})

describe('repeats and order', () => {
  it('ING-5 knows an event again in another process, whatever its kind', async () => {
    const { q } = app.ctx.db
    const person = { sender: { id: psid }, recipient: { id: pageId } }
    const payload = delivery(
      'page',
      pageMessage({ mid: 'x1', text: 'hello' }),
      pageEcho({ mid: 'x2', text: 'hi', at: noon + 1 }),
      { ...person, timestamp: noon + 2, delivery: { watermark: noon + 2 } },
      { ...person, timestamp: noon + 3, read: { watermark: noon + 3 } },
      { ...person, timestamp: noon + 4, postback: { mid: 'x1', payload: 'start' } },
      { ...person, timestamp: noon + 5, message_edit: { mid: 'x1', text: 'hello!', num_edit: 1 } },
    )
    // Two that know nothing of each other but the database: with them, at the same moment.
    const ingests = [createIngest(app.ctx), createIngest({ ...app.ctx })]
    await Promise.all(ingests.map((ingest) => ingest.accept(metaBytes(payload))))
    await Promise.all(ingests.map((ingest) => ingest.stop()))
    expect(await ledger()).toEqual({ received: 12, applied: 4, duplicate: 6, ignored: 2, parked: 0 })
    const before = await fingerprint()
    const later = await bootTestApp({ clock, databaseUrl: app.config.databaseUrl })
    expect(await later.deliver(payload)).toBe(200)
    await later.close()
    expect(await fingerprint()).toBe(before)
    expect(await ledger()).toEqual({ received: 18, applied: 4, duplicate: 12, ignored: 2, parked: 0 })
    expect(await q.selectFrom('webhook_event_keys').selectAll().execute()).toHaveLength(2)
  })

  it('ING-6 applies an event once however often and however batched it comes', async () => {
    await addAgents(app, 2)
    const events = Array.from({ length: 20 }, (_, i) =>
      pageMessage({ mid: `d${i}`, text: `${i}`, at: noon + i, from: `61122334455${i % 4}` }),
    )
    const posts = [
      ...events.map((e) => delivery('page', e)),
      delivery('page', ...events),
      ...events.flatMap((e, i) => [delivery('page', e, events[(i * 7) % 20])]),
    ]
    expect(new Set(await Promise.all(posts.map((p) => app.deliver(p))))).toEqual(new Set([200]))
    expect(await messages()).toHaveLength(20)
    expect((await chats()).map((c) => c.unread_count)).toEqual([5, 5, 5, 5])
    expect(await app.ctx.db.q.selectFrom('chat_assignments').selectAll().execute()).toHaveLength(4)
    expect(
      await app.ctx.db.q.selectFrom('changes').selectAll().where('type', '=', 'message.created').execute(),
    ).toHaveLength(20)
    expect(await ledger()).toMatchObject({ received: 80, applied: 20, duplicate: 60, parked: 0 })
  })

  it('ING-7 shows the newest message by Meta’s time, whatever came last', async () => {
    await app.deliver(delivery('page', pageMessage({ mid: 'b', text: 'second', at: noon + 1000 })))
    await app.deliver(delivery('page', pageMessage({ mid: 'a', text: 'first', at: noon })))
    expect((await chats())[0]).toMatchObject({
      last_message: 'second',
      last_incoming_at: dbTime(noon + 1000),
      unread_count: 2,
    })
    expect((await app.ctx.db.q.selectFrom('facebook_users').selectAll().execute())[0]).toMatchObject({
      first_seen_at: dbTime(noon),
      last_seen_at: dbTime(noon + 1000),
      last_message: 'second',
    })
  })

  it('ING-11 changes nothing when everything is replayed', async () => {
    await addAgents(app, 2)
    await app.deliver(
      delivery('page', pageMessage({ mid: 'r1', text: 'one' }), pageEcho({ mid: 'r2', text: 'two', at: noon + 1 })),
    )
    await app.deliver(
      delivery('instagram', instagramMessage({ mid: 'r3', text: 'three' }), {
        sender: { id: igsid },
        recipient: { id: instagramId },
        timestamp: noon,
        reaction: { mid: 'r3', action: 'react' },
      }),
    )
    const before = await fingerprint()
    const result = await replayDeliveries(app.ctx, { from: 0, to: Date.now() + 86_400_000 })
    expect(result).toEqual({ deliveries: 2, applied: 0 })
    expect(await fingerprint()).toBe(before)
  })
})

describe('what cannot be applied', () => {
  it('ING-8 parks a faulty element with its reason and applies its neighbours', async () => {
    const faulty = [
      { sender: { id: psid }, recipient: { id: pageId }, timestamp: noon, message: { mid: 'w1', text: 42 } },
      null,
      'text',
      { sender: {}, recipient: { id: pageId }, message: { mid: 'w2' } },
      { message: [] },
      { ...pageMessage({ mid: 'w3' }), message: { text: 'no mid' } },
    ]
    expect(
      await app.deliver(
        delivery(
          'page',
          pageMessage({ mid: 'g1', text: 'good' }),
          ...faulty,
          pageMessage({ mid: 'g2', text: 'also good', at: noon + 1 }),
        ),
      ),
    ).toBe(200)
    expect((await messages()).map((m) => m.mid)).toEqual(['g1', 'g2'])
    expect((await parked()).map((p) => [p.position, p.reason])).toEqual([
      [1, 'wrong_type'],
      [2, 'wrong_type'],
      [3, 'wrong_type'],
      [4, 'missing_field'],
      [5, 'wrong_type'],
      [6, 'missing_field'],
    ])
    expect(await ledger()).toEqual({ received: 8, applied: 2, duplicate: 0, ignored: 0, parked: 6 })
  })

  it('ING-8 parks what the program stumbles over, and applies what came with it', async () => {
    const stumbling: Ctx['jobs'] = {
      ...app.ctx.jobs,
      enqueue: async (tx, job) => {
        if (job.dedupeKey?.endsWith('222')) throw new TypeError('a fault of ours')
        return app.ctx.jobs.enqueue(tx, job)
      },
    }
    const ingest = createIngest({ ...app.ctx, jobs: stumbling })
    const from = (contact: string) => pageMessage({ mid: `s${contact}`, text: contact, from: contact })
    await Promise.all([
      ingest.accept(metaBytes(delivery('page', from('111'), from('222'), from('333')))),
      ingest.accept(metaBytes(delivery('page', from('444')))),
    ])
    await ingest.stop()
    expect((await messages()).map((m) => m.content).sort()).toEqual(['111', '333', '444'])
    const [row] = await parked()
    expect(row).toMatchObject({ position: 1, reason: 'cannot_be_applied', detail: 'a fault of ours' })
    expect(await ledger()).toEqual({ received: 4, applied: 3, duplicate: 0, ignored: 0, parked: 1 })
    await replayParked(app.ctx, { id: row?.id ?? '' })
    expect(await messages()).toHaveLength(4)
  })

  it('ING-8 keeps unknown kinds and unknown fields, counted once each', async () => {
    const reaction = {
      sender: { id: psid },
      recipient: { id: pageId },
      timestamp: noon,
      reaction: { mid: 'x', action: 'react' },
    }
    const change = {
      object: 'page',
      entry: [{ id: pageId, time: 1, changes: [{ field: 'feed', value: { item: 'comment' } }] }],
    }
    const flat = { object: 'instagram', entry: [{ id: instagramId, time: 1, field: 'comments', value: { id: '1' } }] }
    for (const p of [
      delivery('page', reaction),
      delivery('page', reaction),
      change,
      flat,
      delivery('page', { ...pageMessage({ mid: 'f', text: 'x' }), from_the_future: { a: 1 } }),
    ])
      expect(await app.deliver(p)).toBe(200)
    expect(await ledger()).toEqual({ received: 5, applied: 1, duplicate: 1, ignored: 3, parked: 0 })
    const kinds = await app.ctx.db.q
      .selectFrom('webhook_ignored_kinds')
      .select(['kind', 'count'])
      .orderBy('kind')
      .execute()
    expect(kinds.map((k) => [k.kind, Number(k.count)])).toEqual([
      ['comments', 1],
      ['feed', 1],
      ['reaction', 1],
    ])
  })

  it('forgets after thirty days what told repeats of kept kinds apart', async () => {
    const { q } = app.ctx.db
    const day = 86_400_000
    const rows = [29, 31, 400].map((days) => ({
      key_hash: `k${days}`,
      delivery_id: 'd',
      created_at: dbTime(noon - days * day),
    }))
    await q.insertInto('webhook_event_keys').values(rows).execute()
    expect(await sweepEventKeys(q, noon)).toBe(2)
    expect(await q.selectFrom('webhook_event_keys').select('key_hash').execute()).toEqual([{ key_hash: 'k29' }])
  })

  it('never answers 5xx and never loses bytes that are signed but no payload', async () => {
    const deep = `{"object":"page","entry":[{"id":"${pageId}","messaging":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}]}`
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '7',
      '"text"',
      '{"object":"page"}',
      '{"object":"page","entry":{}}',
      '{"object":7,"entry":[1,null,{"id":"1"}]}',
      deep,
      '{"a":"\u0000"}',
      `{"object":"page","entry":[{"id":"${pageId}","messaging":{"a":1}}]}`,
      '{"__proto__":{"x":1},"entry":[]}',
      `{"x":"${'z'.repeat(3_000_000)}"}`,
      '1e999',
      '"\\ud800"',
    ].map((t) => Buffer.from(t))
    bodies.push(Buffer.from([0xff, 0xfe, 0x00, 0x80]))
    for (const body of bodies)
      expect((await app.deliverBytes(body)).status, body.toString('latin1').slice(0, 40)).toBe(200)
    const rows = await app.ctx.db.q
      .selectFrom('facebook_webhook_events')
      .select(['id', 'payload', 'raw_body'])
      .orderBy('id')
      .execute()
    expect(rows).toHaveLength(bodies.length)
    for (const [i, row] of rows.entries()) {
      const kept = row.raw_body ? Buffer.from(row.raw_body) : Buffer.from(row.payload)
      expect(kept.equals(bodies[i] as Buffer), `body ${i}`).toBe(true)
    }
    await ledger()
  })

  it('ING-4 keeps 200 KiB byte for byte and refuses more than the limit', async () => {
    const big = metaBytes({ ...delivery('page', pageMessage({ mid: 'big', text: 'x' })), pad: 'é/'.repeat(40_000) })
    expect(big.length).toBeGreaterThan(200 * 1024)
    expect((await app.deliverBytes(big)).status).toBe(200)
    const row = await app.ctx.db.q.selectFrom('facebook_webhook_events').select('payload').executeTakeFirstOrThrow()
    expect(Buffer.from(row.payload).equals(big)).toBe(true)
    expect((await app.deliverBytes(Buffer.alloc(9 * 1024 * 1024, 32))).status).toBe(413)
    expect(await stored()).toBe(1)
  })

  it('ING-13 keeps events of an account that is not connected and applies them once it is', async () => {
    const foreign = {
      object: 'page',
      entry: [
        {
          id: '999',
          time: noon,
          messaging: [{ ...pageMessage({ mid: 'o1', text: 'anyone?' }), recipient: { id: '999' } }],
        },
      ],
    }
    expect(await app.deliver(foreign)).toBe(200)
    expect(await chats()).toHaveLength(0)
    expect((await parked())[0]).toMatchObject({ reason: 'unknown_account', page_id: '999' })
    await app.ctx.db.q
      .insertInto('facebook_pages')
      .values({ user_id: '00000000-0000-7000-8000-00000000000a', page_id: '999', access_token: 'x' })
      .execute()
    expect(await replayUnknownAccount(app.ctx, { accountId: '999' })).toBe(1)
    expect((await messages()).map((m) => m.content)).toEqual(['anyone?'])
    expect(await ledger()).toEqual({ received: 1, applied: 1, duplicate: 0, ignored: 0, parked: 0 })
    await expect(replayParked(app.ctx, { id: (await parked())[0]?.id ?? '' })).rejects.toMatchObject({
      code: 'already_replayed',
    })
    await expect(replayParked(app.ctx, { id: randomUUID() })).rejects.toMatchObject({ status: 404 })
  })

  it('stores what a deactivated page receives without announcing or assigning it', async () => {
    await addAgents(app, 1)
    await app.ctx.db.q.updateTable('facebook_pages').set({ is_active: 0 }).execute()
    await app.deliver(delivery('page', pageMessage({ mid: 'quiet', text: 'hello?' })))
    expect(await messages()).toHaveLength(1)
    expect((await chats())[0]).toMatchObject({ assigned_to: null, unread_count: 0 })
    expect(await app.ctx.db.q.selectFrom('changes').selectAll().execute()).toHaveLength(0)
  })
})

describe('when it cannot keep up', () => {
  it('ING-10 asks Meta to come back when too much waits, and keeps what it took', async () => {
    const small = createIngest(app.ctx, { backlog: 3 })
    const bodies = Array.from({ length: 8 }, (_, i) =>
      metaBytes(delivery('page', pageMessage({ mid: `b${i}`, text: `${i}` }))),
    )
    const results = await Promise.allSettled(bodies.map((b) => small.accept(b)))
    const taken = results.filter((r) => r.status === 'fulfilled').length
    expect(taken).toBe(3)
    for (const r of results) if (r.status === 'rejected') expect(r.reason).toMatchObject({ status: 503 })
    expect(await messages()).toHaveLength(taken)
    await small.stop()
  })

  it('ING-10 takes nothing more when the disk is almost full', async () => {
    const full = createIngest(app.ctx, { freeDiskBytes: Number.MAX_SAFE_INTEGER })
    await expect
      .poll(() =>
        full.accept(metaBytes(delivery('page'))).then(
          () => 'taken',
          (e) => e.status,
        ),
      )
      .toBe(503)
    await full.stop()
  })

  it('ING-3 acknowledges nothing that was not committed', async () => {
    await app.ctx.db.q.schema.alterTable('facebook_webhook_events').renameTo('gone').execute()
    expect(await app.deliver(delivery('page', pageMessage({ mid: 'lost?', text: 'x' })))).toBe(503)
    expect(await messages()).toHaveLength(0)
    expect(app.errors.splice(0).join()).toContain('could not be stored')
    await app.ctx.db.q.schema.alterTable('gone').renameTo('facebook_webhook_events').execute()
    expect(await app.deliver(delivery('page', pageMessage({ mid: 'lost?', text: 'x' })))).toBe(200)
    expect(await messages()).toHaveLength(1)
  })
})
