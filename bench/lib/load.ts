import { connect, type Socket } from 'node:net'

/** A whole HTTP request as bytes, made and signed beforehand, and how many events it carries. */
export interface Post {
  bytes: Buffer
  events: number
}

export interface Answers {
  /** Posts answered 200, and the events in them. */
  posts: number
  events: number
  /** Answers that were no 200. */
  refused: number
  seconds: number
  /** Milliseconds, ascending. */
  latencies: number[]
}

const headEnd = Buffer.from('\r\n\r\n')

/** A keep-alive connection that costs the client little: what is measured is the server. */
class Wire {
  readonly #socket: Socket
  #pending: Buffer = Buffer.alloc(0)
  #onAnswer: ((status: number) => void) | null = null
  #onBroken: (error: Error) => void

  private constructor(socket: Socket, onBroken: (error: Error) => void) {
    this.#socket = socket
    this.#onBroken = onBroken
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', (error) => this.#onBroken(error))
    socket.on('close', () => this.#onAnswer && this.#onBroken(new Error('the server closed a connection')))
  }

  static open(port: number, onBroken: (error: Error) => void): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Wire(socket, onBroken)))
      socket.once('error', reject)
    })
  }

  send(bytes: Buffer, onAnswer: (status: number) => void): void {
    this.#onAnswer = onAnswer
    this.#socket.write(bytes)
  }

  close(): void {
    this.#onAnswer = null
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const data = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk
    const end = data.indexOf(headEnd)
    if (end === -1) {
      this.#pending = data
      return
    }
    const head = data.toString('latin1', 0, end)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      this.#onBroken(new Error(`an answer without content-length:\n${head}`))
      return
    }
    const whole = end + 4 + Number(length)
    if (data.length < whole) {
      this.#pending = data
      return
    }
    this.#pending = data.subarray(whole)
    const answered = this.#onAnswer
    this.#onAnswer = null
    answered?.(Number(head.slice(9, 12)))
  }
}

const hello = Buffer.from('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')

/** Node takes in one new connection a turn, so under load the last ones wait for seconds: each is greeted first. */
async function openAll(port: number, count: number, onBroken: (error: Error) => void): Promise<Wire[]> {
  const wires = await Promise.all(Array.from({ length: count }, () => Wire.open(port, onBroken)))
  await Promise.all(wires.map((wire) => new Promise((resolve) => wire.send(hello, resolve))))
  return wires
}

const noAnswers = (): Answers => ({ posts: 0, events: 0, refused: 0, seconds: 0, latencies: [] })

function note(answers: Answers, post: Post, status: number, milliseconds: number): void {
  if (status !== 200) {
    answers.refused++
    return
  }
  answers.posts++
  answers.events += post.events
  answers.latencies.push(milliseconds)
}

/** Every connection sends its next post as soon as it has the answer to the last: the most the server can take. */
export async function asFastAsItCan({
  port,
  connections,
  posts,
  seconds,
}: {
  port: number
  connections: number
  posts: readonly Post[]
  seconds: number
}): Promise<Answers> {
  const answers = noAnswers()
  let broken: (error: Error) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    broken = reject
  })
  const wires = await openAll(port, connections, broken)
  const began = performance.now()
  const until = began + seconds * 1000
  let next = 0
  const finished = wires.map(
    (wire) =>
      new Promise<void>((resolve) => {
        const go = () => {
          const post = performance.now() < until ? posts[next++] : undefined
          if (!post) return resolve()
          const sentAt = performance.now()
          wire.send(post.bytes, (status) => {
            note(answers, post, status, performance.now() - sentAt)
            go()
          })
        }
        go()
      }),
  )
  await Promise.race([Promise.all(finished), failure])
  answers.seconds = (performance.now() - began) / 1000
  for (const wire of wires) wire.close()
  if (next >= posts.length) throw new Error(`only ${posts.length} posts were prepared, too few for ${seconds} s`)
  answers.latencies.sort((a, b) => a - b)
  return answers
}

/**
 * Sends at a fixed rate whatever the server does. Latency counts from the moment a post was due, so that a pause of the
 * server shows in all that waited through it.
 */
export async function atRate({
  port,
  connections,
  posts,
  seconds,
  perSecond,
  onSend = () => {},
}: {
  port: number
  connections: number
  posts: readonly Post[]
  seconds: number
  perSecond: number
  onSend?: (index: number) => void
}): Promise<Answers> {
  const answers = noAnswers()
  let broken: (error: Error) => void = () => {}
  const failure = new Promise<never>((_, reject) => {
    broken = reject
  })
  const free = await openAll(port, connections, broken)
  const count = Math.min(posts.length, Math.floor(seconds * perSecond))
  const began = performance.now()
  const due = (i: number) => began + (i * 1000) / perSecond
  let next = 0
  let answered = 0
  const all = new Promise<void>((resolve) => {
    const timer = setInterval(sendDue, 2)
    function sendDue() {
      while (next < count && due(next) <= performance.now()) {
        const wire = free.shift()
        if (!wire) return
        const i = next++
        const post = posts[i] as Post
        onSend(i)
        wire.send(post.bytes, (status) => {
          note(answers, post, status, performance.now() - due(i))
          free.push(wire)
          if (++answered < count) return sendDue()
          clearInterval(timer)
          resolve()
        })
      }
    }
  })
  await Promise.race([all, failure])
  answers.seconds = (performance.now() - began) / 1000
  for (const wire of free) wire.close()
  answers.latencies.sort((a, b) => a - b)
  return answers
}
