import { WebSocket } from 'ws'
import type { ServerFrame } from '../../shared/events.ts'
import { cookieFor } from '../../test/cast.ts'
import { toPost } from './events.ts'
import { atRate } from './load.ts'
import type { Product } from './rivals.ts'

const onScreenWithin = 10_000

/**
 * Milliseconds from the moment a webhook was due to be sent until the message is in the frame on an admin's socket,
 * ascending; with agents and a supervisor looking on.
 */
export async function timeToScreen(
  product: Product,
  { perSecond, seconds, customers }: { perSecond: number; seconds: number; customers: number },
): Promise<number[]> {
  const count = perSecond * seconds
  const sentAt: number[] = []
  const latencies: number[] = []
  let done = () => {}
  const allSeen = new Promise<void>((resolve) => {
    done = resolve
  })
  const { admin, supervisor, ines, tomas } = product.cast
  const cookies = await product.installation.prepare(async (ctx) => {
    const people = [admin, supervisor, ines, tomas]
    return Promise.all(people.map((person) => cookieFor(ctx, person.id)))
  })
  const sockets = await Promise.all(
    cookies.map((cookie, i) =>
      openLive(product.port, cookie, (frame) => {
        if (i > 0 || frame.type !== 'change' || frame.change.type !== 'message.created') return
        const index = Number(/^screen (\d+)$/.exec(frame.change.message.content)?.[1])
        if (Number.isNaN(index)) return
        latencies.push(performance.now() - (sentAt[index] ?? Number.NaN))
        if (latencies.length === count) done()
      }),
    ),
  )
  const posts = Array.from({ length: count }, (_, i) =>
    toPost([{ customer: (i * 7919) % customers, text: `screen ${i}`, at: Date.now() + i * (1000 / perSecond) }]),
  )
  await atRate({
    port: product.port,
    connections: 32,
    posts,
    seconds,
    perSecond,
    onSend: (i) => {
      sentAt[i] = performance.now()
    },
  })
  const late = setTimeout(done, onScreenWithin)
  await allSeen
  clearTimeout(late)
  for (const socket of sockets) socket.close()
  if (latencies.length !== count)
    throw new Error(`${count - latencies.length} of ${count} messages never came to the screen`)
  return latencies.sort((a, b) => a - b)
}

function openLive(port: number, cookie: string, onFrame: (frame: ServerFrame) => void): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, { headers: { cookie } })
    socket.once('error', reject)
    socket.once('open', () => socket.send(JSON.stringify({ type: 'resume', since: null })))
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ServerFrame
      if (frame.type === 'ready') resolve(socket)
      onFrame(frame)
    })
  })
}
