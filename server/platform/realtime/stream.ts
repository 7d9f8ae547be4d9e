import type { ServerFrame } from '../../../shared/events.ts'
import { type ChangeRow, type RenderedChange, readChanges, readHead } from './changes.ts'
import type { Connection } from './connection.ts'
import type { LiveBase, LiveContent } from './hub.ts'

type Resuming = Connection & { cursor: number }

export interface Stream {
  /** The last change that everybody live has been considered for. */
  cursor(): number
  /** Reads and sends what is new, now or right after what is being sent. */
  nudge(): void
  /** Looks whether something was committed of which no word came. */
  poll(): Promise<void>
  /** Lets this one fetch anew and go on from the head. */
  restart(connection: Connection): void
  start(): Promise<void>
  stop(): Promise<void>
}

const batchSize = 200
const patience = 3
/** Between two rounds, so that a burst of commits is read in few rounds. */
const breathMs = 10
/** Changes after which permissions are read again before anything more is sent. */
const accessChanges = ['user.updated', 'position.updated', 'session.ended']

const tell = (connection: Connection, frame: ServerFrame) => connection.send(JSON.stringify(frame))

/**
 * Sends changes to the sockets of those who may see them. Whatever says that there is news (a commit here, Redis, the
 * poll), the way is one: read the rows after the last number, render them once for everybody, send. One round at a time
 * does first what is new and then one batch for those who are catching up, so order is kept and nobody waits for long.
 */
export function createStream(
  { db, log, metrics }: LiveBase,
  {
    connections,
    render,
    recheck,
    replayLimit,
  }: {
    connections: ReadonlySet<Connection>
    render: LiveContent['render']
    recheck: () => Promise<void>
    replayLimit: number
  },
): Stream {
  let cursor = 0
  let failures = 0
  let stopped = true
  let again = false
  let pumping: Promise<void> | null = null

  const inState = (state: Connection['state']) => [...connections].filter((c) => c.state === state)

  function enter(connection: Connection, type: 'ready' | 'resync') {
    connection.state = 'live'
    connection.cursor = cursor
    tell(connection, { type, seq: cursor })
  }

  /** Everybody fetches again and goes on from the head. */
  function startAnew(head: number) {
    cursor = head
    for (const connection of [...inState('live'), ...inState('behind')]) enter(connection, 'resync')
  }

  /** Sends one change to each of these who may see it. Equal frames are made once. */
  function deliver(change: RenderedChange, to: readonly Connection[]) {
    const frames = new Map<object, Buffer>()
    for (const connection of to) {
      const content = change.for(connection.actor)
      if (content === 'resync') enter(connection, 'resync')
      if (content === null || content === 'resync') continue
      let frame = frames.get(content)
      if (!frame) {
        frame = Buffer.from(JSON.stringify({ type: 'change', seq: change.seq, change: content } satisfies ServerFrame))
        frames.set(content, frame)
      }
      connection.send(frame)
      metrics.liveFrames.inc()
    }
  }

  /** The new changes, for those who have everything before. True when there may be more. */
  async function advance(): Promise<boolean> {
    if (inState('live').length === 0) {
      cursor = await readHead(db.q)
      return false
    }
    const rows = await readChanges(db.q, { after: cursor, limit: batchSize })
    const [first] = rows
    const last = rows.at(-1)
    if (!first || !last) return false
    if (first.seq !== cursor + 1) {
      startAnew(await readHead(db.q))
      return true
    }
    if (rows.some((row) => accessChanges.includes(row.type))) await recheck()
    const rendered = await render(rows)
    // Nothing is awaited from here on: whoever becomes live does so before all of these changes or after them.
    cursor = last.seq
    for (const change of rendered) {
      deliver(
        change,
        inState('live').filter((c) => (c.cursor ?? 0) < change.seq),
      )
    }
    for (const connection of inState('live')) connection.cursor = cursor
    return rows.length === batchSize
  }

  /** One batch for those who resume. `atHead`: everything committed before this call has been read. */
  async function catchUp(atHead: boolean): Promise<boolean> {
    const behind: Resuming[] = []
    let unsure = false
    for (const connection of inState('behind')) {
      const since = connection.cursor
      if (since === null || since === cursor) enter(connection, 'ready')
      else if (since > cursor && !atHead) unsure = true
      else if (since > cursor || cursor - since > replayLimit) enter(connection, 'resync')
      else if (connection.hasRoom) behind.push(connection as Resuming)
    }
    if (behind.length === 0) return unsure
    const after = Math.min(...behind.map((c) => c.cursor))
    const rows = await readChanges(db.q, { after, upTo: cursor, limit: batchSize })
    const rendered = await render(rows)
    for (const connection of behind) if (connection.state === 'behind') catchUpOne(connection, rows, rendered)
    return unsure || inState('behind').some((c) => c.hasRoom)
  }

  function catchUpOne(connection: Resuming, rows: readonly ChangeRow[], rendered: readonly RenderedChange[]) {
    const first = rows[0]?.seq ?? Number.POSITIVE_INFINITY
    // What it missed is no longer kept.
    if (first > connection.cursor + 1) return enter(connection, 'resync')
    for (const change of rendered) {
      if (change.seq <= connection.cursor) continue
      if (!connection.hasRoom) return
      connection.cursor = change.seq
      deliver(change, [connection])
      if (connection.state !== 'behind') return
    }
    connection.cursor = Math.max(connection.cursor, rows.at(-1)?.seq ?? 0)
    if (connection.cursor === cursor) enter(connection, 'ready')
  }

  async function pump() {
    do {
      again = false
      const more = await advance()
      const waiting = await catchUp(!more)
      failures = 0
      if (more || waiting) again = true
      if (again) await new Promise((resolve) => setTimeout(resolve, breathMs))
    } while (again && !stopped)
  }

  /** The next poll tries again. A batch that cannot be rendered at all must not stop the stream for ever. */
  async function recover(error: unknown) {
    log.warn({ err: error }, 'changes cannot be read')
    if (++failures < patience) return
    try {
      startAnew(await readHead(db.q))
      failures = 0
    } catch {
      // The database is away. Nothing is lost: the numbers go on where they were.
    }
  }

  function nudge() {
    again = true
    if (stopped || pumping) return
    pumping = pump()
      .catch(recover)
      .finally(() => {
        pumping = null
      })
  }

  return {
    cursor: () => cursor,
    nudge,
    restart: (connection) => enter(connection, 'resync'),
    async poll() {
      const before = cursor
      const head = await readHead(db.q)
      // A database that was put back to an earlier state counts on from there.
      if (head < before) startAnew(head)
      if (head > cursor || inState('behind').length > 0) nudge()
    },
    async start() {
      cursor = await readHead(db.q)
      stopped = false
    },
    async stop() {
      stopped = true
      await pumping
    },
  }
}
