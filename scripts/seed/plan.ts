import { type Random, randomFrom } from './random.ts'

const minute = 60_000
const day = 24 * 60 * minute

export interface SeedSize {
  chats: number
  messages: number
  /** How many people answer. */
  agents: number
  /** Milliseconds: everything happened before this. */
  now: number
}

/** When each message of each chat was, before a word is written: small enough for millions. */
export interface Plan {
  /** Per message, in the order of their times. */
  chatOf: Uint32Array
  at: Float64Array
  incoming: Uint8Array
  /** Per chat: its first message is number `from[chat]` of the chat-ordered lists. */
  lastIncoming: Float64Array
  lastOutgoing: Float64Array
  firstAt: Float64Array
  count: Uint32Array
}

/**
 * Spreads the messages over chats and half a year: a few chats are very long, most are short, and most of what happens
 * is recent. Nine of ten chats end with an answer.
 */
export function planMessages({ chats, messages, now }: SeedSize): Plan {
  const random = randomFrom(1)
  const count = lengths(random, chats, messages)
  const at = new Float64Array(messages)
  const chatOf = new Uint32Array(messages)
  const incoming = new Uint8Array(messages)
  const plan: Plan = {
    chatOf,
    at,
    incoming,
    count,
    lastIncoming: new Float64Array(chats),
    lastOutgoing: new Float64Array(chats),
    firstAt: new Float64Array(chats),
  }
  let m = 0
  for (let chat = 0; chat < chats; chat++) {
    const n = count[chat] ?? 0
    const end = now - minute - Math.floor(180 * day * random() ** 3)
    const endsIncoming = random() < (now - end < 2 * day ? 0.4 : 0.06)
    let time = end
    for (let i = n - 1; i >= 0; i--) {
      const fromCustomer = i === 0 || (i === n - 1 ? endsIncoming : random() < 0.55)
      at[m + i] = time
      incoming[m + i] = fromCustomer ? 1 : 0
      chatOf[m + i] = chat
      const last = fromCustomer ? plan.lastIncoming : plan.lastOutgoing
      if ((last[chat] ?? 0) < time) last[chat] = time
      time -= 1000 + Math.floor((random() < 0.85 ? 20 * minute : 6 * day) * random() ** 2)
    }
    plan.firstAt[chat] = at[m] ?? end
    m += n
  }
  return inOrderOfTime(plan)
}

/** Every chat has one message; the rest fall on few chats often and on many seldom. */
function lengths(random: Random, chats: number, messages: number): Uint32Array {
  const count = new Uint32Array(chats).fill(1)
  // A step that shares no factor with the number of chats spreads the long ones over all of them.
  let step = Math.max(1, Math.floor(chats * 0.618))
  while (gcd(step, chats) !== 1) step++
  for (let i = chats; i < messages; i++) {
    const rank = Math.floor(chats * random() ** 2)
    const chat = (rank * step) % chats
    count[chat] = (count[chat] ?? 0) + 1
  }
  return count
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

function inOrderOfTime(plan: Plan): Plan {
  const order = new Uint32Array(plan.at.length).map((_, i) => i)
  order.sort((a, b) => (plan.at[a] ?? 0) - (plan.at[b] ?? 0))
  return {
    ...plan,
    at: Float64Array.from(order, (i) => plan.at[i] ?? 0),
    chatOf: Uint32Array.from(order, (i) => plan.chatOf[i] ?? 0),
    incoming: Uint8Array.from(order, (i) => plan.incoming[i] ?? 0),
  }
}
