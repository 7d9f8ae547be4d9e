import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '../server/platform/ids.ts'
import { openRawMysql } from './lib/raw-mysql.ts'
import { type RawPost, readPost } from './lib/raw-rows.ts'
import { openRawSqlite } from './lib/raw-sqlite.ts'

/**
 * The physical limit to compare with: signature, JSON.parse, group commit through the raw driver into the same tables.
 * No error handling, no layers. Started by ingest.ts with the database and the secret; says its port when it listens.
 */
const [url = '', secret = ''] = process.argv.slice(2)
const commitGroup = url.startsWith('sqlite:') ? openRawSqlite(url) : openRawMysql(url)
const largestGroup = 256

let waiting: { post: RawPost; response: ServerResponse }[] = []
let running = false

async function commitAll(): Promise<void> {
  while (waiting.length > 0) {
    let events = 0
    let count = 0
    while (
      count < waiting.length &&
      (count === 0 || events + (waiting[count]?.post.events.length ?? 0) <= largestGroup)
    ) {
      events += waiting[count]?.post.events.length ?? 0
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    await commitGroup(group.map((w) => w.post))
    for (const { response } of group) response.end('EVENT_RECEIVED')
    // SQLite's commit is synchronous: let the requests in that came meanwhile.
    await new Promise((resolve) => setImmediate(resolve))
  }
  running = false
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice('sha256='.length), 'hex')
    const right = createHmac('sha256', secret).update(body).digest()
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      response.writeHead(401, { 'content-length': 0 }).end()
      return
    }
    response.setHeader('content-length', 'EVENT_RECEIVED'.length)
    waiting.push({ post: readPost(newId(), body.toString('utf8'), Date.now()), response })
    if (running) return
    running = true
    setImmediate(() => void commitAll())
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
