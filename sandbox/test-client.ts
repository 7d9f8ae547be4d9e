import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SummaryView, ThreadView } from './control/view.ts'
import { type RunningSandbox, type SandboxOptions, startSandbox } from './main.ts'
import type { Account, Fault, Person, Send, Switches } from './world/model.ts'

export const SECRET = 'a secret only for tests'

export interface Delivery {
  raw: string
  signed: boolean
  object: string
  entries: { id: string; time: number; element: Record<string, unknown> }[]
}

/** A webhook of a few lines: keeps what it gets and answers what it is told. */
export interface Receiver {
  url: string
  deliveries: Delivery[]
  /** Every request body, acknowledged or not. */
  attempts: string[]
  /** Status of the next answers; 200 when it returns undefined, silence for 0. */
  answer: (attempt: number) => number | undefined
  elements(): Record<string, unknown>[]
  close(): Promise<void>
}

export async function startReceiver(port = 0): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    deliveries: [],
    attempts: [],
    answer: () => undefined,
    elements: () => receiver.deliveries.flatMap((delivery) => delivery.entries.map((entry) => entry.element)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const server: Server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://x').searchParams
    if (request.method === 'GET') {
      response.statusCode = query.get('hub.verify_token') === 'right' ? 200 : 403
      response.end(response.statusCode === 200 ? query.get('hub.challenge') : 'no')
      return
    }
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const bytes = Buffer.concat(parts)
      receiver.attempts.push(bytes.toString())
      const status = receiver.answer(receiver.attempts.length) ?? 200
      if (status === 0) return
      if (status === 200) {
        const body = JSON.parse(bytes.toString()) as {
          object: string
          entry: { id: string; time: number; messaging: Record<string, unknown>[] }[]
        }
        receiver.deliveries.push({
          raw: bytes.toString(),
          signed:
            request.headers['x-hub-signature-256'] ===
            `sha256=${createHmac('sha256', SECRET).update(bytes).digest('hex')}`,
          object: body.object,
          entries: body.entry.flatMap((entry) =>
            entry.messaging.map((element) => ({ id: entry.id, time: entry.time, element })),
          ),
        })
      }
      response.statusCode = status
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
  return receiver
}

export interface GraphReply {
  status: number
  headers: Headers
  text: string
  body: {
    recipient_id?: string
    message_id?: string
    error?: { code: number; error_subcode?: number; type: string; message: string; fbtrace_id: string }
    [key: string]: unknown
  }
}

export interface Bench {
  sandbox: RunningSandbox
  receiver: Receiver
  page: Account
  instagram: Account
  control<T>(method: string, path: string, body?: unknown): Promise<T>
  state(): Promise<SummaryView>
  thread(id: string): Promise<ThreadView>
  sends(): Promise<Send[]>
  newPerson(platform: 'instagram' | 'messenger', name?: string): Promise<Person>
  /** A new person who has just written, so that the window is open. */
  writer(platform: 'instagram' | 'messenger'): Promise<Person>
  faults(...faults: (Partial<Fault> & { kind: Fault['kind'] })[]): Promise<void>
  switches(switches: Partial<Switches>): Promise<void>
  send(person: Person, message: unknown, more?: Record<string, unknown>, signal?: AbortSignal): Promise<GraphReply>
  graph(path: string, init?: RequestInit): Promise<GraphReply>
  close(): Promise<void>
}

/** A sandbox and its webhook, both on free ports, in memory unless a folder is given. */
export async function startBench(options: SandboxOptions = {}, kept?: Receiver): Promise<Bench> {
  const receiver = kept ?? (await startReceiver())
  const sandbox = await startSandbox({
    port: 0,
    dataDir: null,
    appSecret: SECRET,
    verifyToken: 'right',
    webhookUrl: receiver.url,
    world: 'empty',
    retryDelaysMs: [0, 20],
    ...options,
  })
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${sandbox.url}/_sandbox/api/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text}`)
    return JSON.parse(text) as T
  }
  const graph = async (path: string, init?: RequestInit): Promise<GraphReply> => {
    const response = await fetch(sandbox.url + path, init)
    const text = await response.text()
    let body: GraphReply['body'] = {}
    try {
      body = JSON.parse(text) as GraphReply['body']
    } catch {
      // Some faults answer with no JSON; the test looks at `text` then.
    }
    return { status: response.status, headers: response.headers, text, body }
  }
  const state = (): Promise<SummaryView> => control('GET', 'state')
  const [page, instagram] = (await state()).accounts
  if (!page || !instagram) throw new Error('The world has no accounts')
  const newPerson: Bench['newPerson'] = async (platform, name = 'Ana Prieto') =>
    (await control<{ person: Person }>('POST', 'people', { platform, name })).person
  return {
    sandbox,
    receiver,
    page,
    instagram,
    control,
    state,
    thread: (id) => control('GET', `threads/${id}`),
    sends: async () => (await control<{ sends: Send[] }>('GET', 'sends')).sends,
    newPerson,
    async writer(platform) {
      const person = await newPerson(platform)
      await control('POST', `threads/${person.id}/messages`, { text: 'Hello' })
      return person
    },
    async faults(...faults) {
      await control('PUT', 'faults', faults)
    },
    async switches(switches) {
      await control('PUT', 'switches', switches)
    },
    send(person, message, more = {}, signal) {
      const account = person.platform === 'page' ? page : instagram
      const host = person.platform === 'page' ? 'facebook' : 'instagram'
      return graph(`/${host}/v26.0/${account.id}/messages`, {
        method: 'POST',
        signal: signal ?? null,
        headers: { authorization: `Bearer ${account.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ recipient: { id: person.id }, message, ...more }),
      })
    },
    graph,
    async close() {
      await sandbox.close()
      if (!kept) await receiver.close()
    },
  }
}
