import { open, readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { metaBytes, sign } from '../../meta-payloads.ts'
import type { TrafficDelivery } from './traffic.ts'

/** Meta's side of the webhook: sends, writes down what was acknowledged, and sends again until it is. */
export interface WebhookSender {
  /** Resolves when the delivery was acknowledged and that is on disk. */
  deliver(delivery: TrafficDelivery): Promise<void>
  /** Requests on their way without an answer, now. */
  inFlight(): number
  /** Attempts begun and not ended, those that wait for a connection included. */
  attempting(): number
  /** Deliveries not acknowledged yet. */
  waiting(): number
  /** Answers of 500 and above. */
  serverErrors(): number
  posts(): number
  /** Of acknowledged attempts, milliseconds, ascending. */
  latencies(): number[]
  /** The ids in the journal: whatever is here must be in the tables. */
  acknowledged(): Promise<Set<string>>
  close(): Promise<void>
}

const answerWithin = 20_000

/** @param target where the next attempt goes */
export async function createWebhookSender({
  target,
  journalFile,
  connections,
}: {
  target: () => string
  journalFile: string
  connections: number
}): Promise<WebhookSender> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const journal = await openJournal(journalFile)
  const latencies: number[] = []
  let inFlight = 0
  let attempting = 0
  let waiting = 0
  let serverErrors = 0
  let posts = 0

  async function attempt(body: Buffer, signature: string): Promise<number> {
    attempting++
    let sentAt = performance.now()
    const status = await post(agent, target(), { body, signature }, (change) => {
      inFlight += change
      if (change > 0) sentAt = performance.now()
    })
    attempting--
    posts++
    if (status === 200) latencies.push(performance.now() - sentAt)
    if (status >= 500) serverErrors++
    return status
  }

  return {
    async deliver({ mids, payload }) {
      waiting++
      const body = metaBytes(payload)
      const signature = sign(body)
      for (let tries = 0; ; tries++) {
        const status = await attempt(body, signature)
        if (status === 200) break
        if (status >= 400 && status < 500) throw new Error(`a delivery was refused with ${status}`)
        await new Promise((resolve) => setTimeout(resolve, Math.min(300, 50 * 2 ** tries)))
      }
      await journal.append(JSON.stringify({ mids, at: Date.now() }))
      waiting--
    },
    inFlight: () => inFlight,
    attempting: () => attempting,
    waiting: () => waiting,
    serverErrors: () => serverErrors,
    posts: () => posts,
    latencies: () => [...latencies].sort((a, b) => a - b),
    acknowledged: () => journal.mids(),
    async close() {
      agent.destroy()
      await journal.close()
    },
  }
}

/** The status; 0 where there was no answer. */
function post(
  agent: Agent,
  url: string,
  { body, signature }: { body: Buffer; signature: string },
  count: (change: 1 | -1) => void,
): Promise<number> {
  return new Promise((resolve) => {
    let onItsWay = false
    const done = (status: number) => {
      if (onItsWay) count(-1)
      onItsWay = false
      resolve(status)
    }
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': signature,
      'content-length': body.length,
    }
    const sent = request(
      `${url}/webhooks/meta`,
      { method: 'POST', agent, headers, timeout: answerWithin },
      (answer) => {
        answer.resume()
        answer.once('end', () => done(answer.statusCode ?? 0))
        answer.once('error', () => done(0))
      },
    )
    sent.once('error', () => done(0))
    sent.once('close', () => done(0))
    sent.once('timeout', () => sent.destroy())
    sent.once('finish', () => {
      // All bytes are with the system; before that the server cannot have kept anything.
      onItsWay = true
      count(1)
    })
    sent.end(body)
  })
}

/** Lines that are on the disk when `append` resolves; those that come together share one sync. */
async function openJournal(path: string) {
  const file = await open(path, 'a')
  let lines: string[] = []
  let writing: Promise<void> | null = null
  const write = async () => {
    while (lines.length > 0) {
      const some = lines
      lines = []
      await file.appendFile(`${some.join('\n')}\n`)
      await file.datasync()
    }
    writing = null
  }
  return {
    async append(line: string): Promise<void> {
      lines.push(line)
      // Lines taken by the write under way are only durable with its end, later ones with the next.
      writing ??= write()
      await writing
    },
    async mids(): Promise<Set<string>> {
      await writing
      const text = await readFile(path, 'utf8')
      const all = text.split('\n').filter((line) => line !== '')
      return new Set(all.flatMap((line) => (JSON.parse(line) as { mids: string[] }).mids))
    },
    async close(): Promise<void> {
      await writing
      await file.close()
    },
  }
}
