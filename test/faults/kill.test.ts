import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type RunningSandbox, startSandbox } from '../../sandbox/main.ts'
import { connectChannel } from '../../server/channels/connect-channel.ts'
import type { Ctx } from '../../server/ctx.ts'
import { type Database, openDatabase } from '../../server/platform/db/open.ts'
import { type BuiltServer, createInstallation, freePort } from '../built-server.ts'
import { castUsers, cookieFor } from '../cast.ts'
import { testDatabaseUrl, testEngine } from '../database.ts'
import { instagramId, pageId, testSecret, verifyToken } from '../meta-payloads.ts'
import { type Accepted, createAnswerWriter, sendFaults } from './lib/answers.ts'
import { watchLive } from './lib/live-watcher.ts'
import { createRandom, type Random } from './lib/random.ts'
import { balance, discrepancies } from './lib/reconcile.ts'
import { percentile, report, residentMemory, until } from './lib/report.ts'
import { sabotaged, startHastyProxy } from './lib/sabotage.ts'
import { createWebhookSender, type WebhookSender } from './lib/sender.ts'
import { createEvents, createStream } from './lib/traffic.ts'

const kills = Number(process.env.FAULT_KILLS ?? 20)
const eventsPerSecond = 100
const answersPerSecond = 10
const customers = 2000
const peopleInSandbox = 20
const screens = 5
/** Requests that must be under way when the process is killed. */
const exposed = 20

const control = async <T>(sandbox: RunningSandbox, method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(`${sandbox.url}/_sandbox/api${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${path}`)
  return (await answer.json()) as T
}

/** People, the sandbox's two channels, and a session of the admin for everything. */
async function setUp(ctx: Ctx, sandbox: RunningSandbox): Promise<string> {
  const cast = await castUsers(ctx)
  const { accounts } = await control<{ accounts: { id: string; token: string }[] }>(sandbox, 'GET', '/state')
  const tokenOf = (id: string) => accounts.find((account) => account.id === id)?.token ?? ''
  const channel = { name: 'Nordlys Interiors', userId: cast.admin.id, verify: false }
  await connectChannel(ctx, { ...channel, platform: 'FACEBOOK', pageId, token: tokenOf(pageId) })
  await connectChannel(ctx, {
    ...channel,
    platform: 'INSTAGRAM',
    pageId: instagramId,
    token: tokenOf(instagramId),
    flavour: 'instagram',
  })
  return cookieFor(ctx, cast.admin.id)
}

/** Customers of the sandbox write once each, so that they can be answered. */
async function customersWrite(sandbox: RunningSandbox): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let i = 0; i < peopleInSandbox; i++) {
    const platform = i % 2 === 0 ? 'messenger' : 'instagram'
    const { person, threadId } = await control<{ person: { id: string }; threadId: string }>(
      sandbox,
      'POST',
      '/people',
      { platform, name: `Person ${i}` },
    )
    await control(sandbox, 'POST', `/threads/${threadId}/messages`, { text: 'Is anybody there?' })
    ids.add(person.id)
  }
  return ids
}

async function chatsOf({ q }: Database, contacts: ReadonlySet<string>): Promise<string[]> {
  const all = await q.selectFrom('chats').select(['id', 'instagram_user_id', 'facebook_user_id']).execute()
  return all
    .filter((chat) => contacts.has(chat.instagram_user_id ?? chat.facebook_user_id ?? ''))
    .map((chat) => chat.id)
}

/** Kills the process while enough requests are under way; how far each has come is chance. Returns how many there were. */
async function killUnderLoad(
  server: BuiltServer,
  random: Random,
  sender: WebhookSender,
  burst: () => void,
): Promise<number> {
  const earliest = performance.now() + random.between(0, 12)
  const latest = earliest + 5000
  while (performance.now() < latest && (sender.inFlight() < exposed || performance.now() < earliest)) {
    while (sender.attempting() < 2 * exposed) burst()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const inFlight = sender.inFlight()
  await server.end('SIGKILL')
  return inFlight
}

it(`F1 loses, doubles and invents nothing over ${kills} kills under load`, async () => {
  const random = createRandom()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-kill-'))
  const schema = await testDatabaseUrl()
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    world: 'empty',
    webhookUrl: `${url}/webhooks/meta`,
    appSecret: testSecret,
    verifyToken,
    retryDelaysMs: [0, 100, 500, 1000],
  })
  const installation = createInstallation({
    databaseUrl: () => schema.url,
    env: {
      META_GRAPH_URL: sandbox.client.graphUrl,
      META_INSTAGRAM_GRAPH_URL: sandbox.client.instagramGraphUrl,
      LOG_LEVEL: 'fatal',
    },
  })
  const cookie = await installation.prepare((ctx) => setUp(ctx, sandbox))
  let db = await openDatabase(schema.url)
  const proxy = sabotaged ? await startHastyProxy(() => url) : null
  const sender = await createWebhookSender({
    target: () => proxy?.url ?? url,
    journalFile: join(folder, 'journal'),
    connections: 3 * exposed,
  })
  const events = createEvents(random, customers)
  const stream = createStream(random, events.next)

  let server = await installation.start({ port })
  const watchers = Array.from({ length: screens }, () => watchLive({ url: () => url, cookie }))
  await Promise.all(watchers.map((watcher) => watcher.ready))
  const contacts = await customersWrite(sandbox)
  await until('the chats of the sandbox', async () => (await chatsOf(db, contacts)).length === contacts.size, 20_000)
  const answers = createAnswerWriter({ random, url: () => url, cookie, chatIds: await chatsOf(db, contacts) })
  // Graph takes its time, so that kills fall between the call and its answer too.
  await control(sandbox, 'PUT', '/faults', [{ kind: 'slow', ms: 150 }])

  const began = performance.now()
  let due = 0
  const load = setInterval(() => {
    const elapsed = (performance.now() - began) / 1000
    while (due < elapsed * eventsPerSecond && sender.waiting() < 200) {
      const delivery = stream.take()
      due += delivery.mids.length
      void sender.deliver(delivery)
    }
    while (answers.written() < elapsed * answersPerSecond) answers.write()
  }, 20)

  const exposure: number[] = []
  const readyTimes: number[] = []
  const slow: unknown[] = []
  let lostWhileDead = 0
  for (let kill = 1; kill <= kills; kill++) {
    const life = random.between(50, 1500)
    await new Promise((resolve) => setTimeout(resolve, life))
    exposure.push(await killUnderLoad(server, random, sender, () => void sender.deliver(stream.take(3))))
    const { lost } = await balance(db, { expected: await sender.acknowledged(), made: events.made, others: contacts })
    lostWhileDead = Math.max(lostWhileDead, lost)
    server = await installation.start({ port })
    readyTimes.push(Math.round(server.readyAfter))
    if (server.readyAfter > 5000) slow.push({ kill, after: Math.round(server.readyAfter), unready: server.unready })
  }
  clearInterval(load)
  await control(sandbox, 'PUT', '/faults', [])
  for (const delivery of stream.rest()) void sender.deliver(delivery)
  await until('every delivery acknowledged', () => sender.waiting() === 0 && answers.waiting() === 0, 120_000)
  await until('nothing on its way to Graph', async () => !(await pending(db)), 240_000)
  await until(
    'the sandbox has delivered all',
    async () => (await control<{ webhook: { waiting: number } }>(sandbox, 'GET', '/state')).webhook.waiting === 0,
    30_000,
  )
  const announced = await db.q
    .selectFrom('changes')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('type', '=', 'message.created')
    .executeTakeFirstOrThrow()
  await until(
    'every screen has everything',
    () => watchers.every((w) => w.resyncs() > 0 || w.seen.size >= Number(announced.n)),
    30_000,
  ).catch(() => {})
  const rss = residentMemory(server.pid)
  for (const watcher of watchers) watcher.close()
  await server.end('SIGTERM')

  // Opened again, so that nothing rests on what this connection remembers.
  await db.close()
  db = await openDatabase(schema.url)
  const final = await balance(db, { expected: events.made.keys(), made: events.made, others: contacts })
  const { sends } = await control<{ sends: Accepted[] }>(sandbox, 'GET', '/sends')
  const send = await sendFaults(db, { accepted: sends, written: answers.written(), contacts })
  const faults = [...(await discrepancies(db, { made: events.made, others: contacts })), ...send.faults]
  for (const watcher of watchers) {
    const twice = [...watcher.seen.values()].filter((times) => times > 1).length
    if (twice > 0 || watcher.backwards() > 0)
      faults.push(`a screen saw ${twice} messages twice and ${watcher.backwards()} numbers out of order`)
    if (watcher.resyncs() === 0 && watcher.seen.size !== Number(announced.n))
      faults.push(`a screen saw ${watcher.seen.size} of ${announced.n} messages`)
  }
  const latencies = sender.latencies()
  report({
    test: 'F1',
    seed: random.seed,
    engine: testEngine,
    sent: events.made.size,
    acked: (await sender.acknowledged()).size,
    ...final,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    rss,
    kills,
    lostWhileDead,
    posts: sender.posts(),
    inFlightAtKill: exposure,
    slowestReady: Math.max(...readyTimes),
    slow,
    answers: send.counts,
    resyncs: watchers.reduce((sum, watcher) => sum + watcher.resyncs(), 0),
    faults,
  })
  await sender.close()
  proxy?.close()
  await sandbox.close()
  await db.close()
  await schema.drop()
  installation.remove()
  rmSync(folder, { recursive: true, force: true })

  expect({ ...final, lostWhileDead, faults, stuck: send.counts.sending }).toEqual({
    rows: events.made.size,
    lost: 0,
    doubled: 0,
    invented: 0,
    lostWhileDead: 0,
    faults: [],
    stuck: 0,
  })
  expect(Math.min(...exposure)).toBeGreaterThanOrEqual(exposed)
})

/** Whether an answer is on its way or waits for its turn; behind one that is not confirmed it may wait for a person. */
async function pending({ q }: Database): Promise<boolean> {
  const rows = await q
    .selectFrom('outbox')
    .select(['chat_id', 'state'])
    .where('state', 'in', ['queued', 'sending', 'unknown'])
    .execute()
  const held = new Set(rows.filter((row) => row.state === 'unknown').map((row) => row.chat_id))
  return rows.some((row) => row.state === 'sending' || (row.state === 'queued' && !held.has(row.chat_id)))
}
