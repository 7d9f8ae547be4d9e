import { randomFillSync } from 'node:crypto'

const random = new Uint8Array(4096)
let used = random.length

function randomBytes(count: number): Uint8Array {
  if (used + count > random.length) {
    randomFillSync(random)
    used = 0
  }
  used += count
  return random.subarray(used - count, used)
}

let lastTime = 0
let counter = 0

/**
 * A UUIDv7: ordered by time, and within one process by call, so that rows are appended to the primary key's end.
 * @param now milliseconds since 1970
 */
export function newId(now: number = Date.now()): string {
  if (now > lastTime) {
    lastTime = now
    counter = 0
  } else if (++counter > 0xfff) {
    lastTime++
    counter = 0
  }
  const time = lastTime.toString(16).padStart(12, '0')
  const r = Buffer.from(randomBytes(8))
  r[0] = 0x80 | ((r[0] as number) & 0x3f)
  const tail = r.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${tail.slice(0, 4)}-${tail.slice(4)}`
}
