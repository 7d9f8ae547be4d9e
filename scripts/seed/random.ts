/** The same numbers for the same seed, on every machine (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export type Random = () => number

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T

const hex = (random: Random, digits: number) =>
  Array.from({ length: Math.ceil(digits / 8) }, () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0'),
  )
    .join('')
    .slice(0, digits)

/** A UUIDv7 of that time, as the program would have made it then. */
export function idAt(random: Random, milliseconds: number): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0')
  const tail = hex(random, 18)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6)}`
}

/** Looks like a message id of Meta's, and is as long. */
export const midFrom = (random: Random) => `m_${Buffer.from(hex(random, 96), 'hex').toString('base64url')}`

/** An id as Meta gives people: digits only. */
export const personIdFrom = (random: Random, number: number) =>
  `${4 + Math.floor(random() * 6)}${Math.floor(random() * 1e6)
    .toString()
    .padStart(6, '0')}${number.toString().padStart(9, '0')}`
