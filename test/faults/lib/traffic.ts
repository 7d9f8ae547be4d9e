import { igsid, instagramId, instagramMessage, pageId, pageMessage, psid } from '../../meta-payloads.ts'
import type { Random } from './random.ts'

/** One message of one customer, which must end up in the tables exactly once however often it is delivered. */
export interface TrafficEvent {
  mid: string
  channel: 'page' | 'instagram'
  contactId: string
  element: unknown
}

export interface TrafficDelivery {
  mids: string[]
  payload: unknown
}

/** Every event that was ever made: the truth the tables are compared with. */
export function createEvents(random: Random, customers: number) {
  const made = new Map<string, TrafficEvent>()
  const began = Date.now()
  return {
    made,
    next(): TrafficEvent {
      const customer = random.between(1, customers)
      const channel = customer % 2 === 0 ? 'page' : 'instagram'
      const contactId = `${(channel === 'page' ? psid : igsid).slice(0, -6)}${String(customer).padStart(6, '0')}`
      // Ids that differ only by case are different ids.
      const mid = `${random.pick(['m_', 'M_', 'm_É'])}${random.seed.toString(36)}_${made.size}`
      const parts = {
        mid,
        text: `${random.pick(['Hei', 'مرحبا', '👋', "'; --"])} ${made.size}`,
        at: began + made.size,
        from: contactId,
      }
      const element = channel === 'page' ? pageMessage(parts) : instagramMessage(parts)
      const event: TrafficEvent = { mid, channel, contactId, element }
      made.set(mid, event)
      return event
    },
  }
}

/** Events of one channel as one delivery, in one entry or several. */
export function toDelivery(random: Random, events: readonly TrafficEvent[]): TrafficDelivery {
  const channel = events[0]?.channel ?? 'page'
  const id = channel === 'page' ? pageId : instagramId
  const elements = events.map((event) => event.element)
  const entry =
    random.next() < 0.5
      ? [{ id, time: Date.now(), messaging: elements }]
      : elements.map((element) => ({ id, time: Date.now(), messaging: [element] }))
  return { mids: events.map((event) => event.mid), payload: { object: channel, entry } }
}

/** Splits events into deliveries of 1 to 50, each of one channel. */
export function inDeliveries(random: Random, events: readonly TrafficEvent[]): TrafficDelivery[] {
  const deliveries: TrafficDelivery[] = []
  for (const channel of ['page', 'instagram']) {
    const left = events.filter((event) => event.channel === channel)
    while (left.length > 0) deliveries.push(toDelivery(random, left.splice(0, groupSize(random))))
  }
  return random.shuffle(deliveries)
}

/** Small groups often, large ones now and then. */
const groupSize = (random: Random) => Math.ceil(50 ** random.next())

/** How many events lie around to be taken in any order: five seconds' worth at a hundred a second. */
const windowSize = 500

/** An endless stream out of order and with repeats: one in ten events comes again within the window. */
export function createStream(random: Random, next: () => TrafficEvent) {
  const around: TrafficEvent[] = []
  const draw = (): TrafficEvent => {
    if (around.length === 0) return next()
    const i = random.between(0, around.length - 1)
    const event = around[i] as TrafficEvent
    if (random.next() >= 0.1) {
      around[i] = around.at(-1) as TrafficEvent
      around.pop()
    }
    return event
  }
  return {
    /** The next delivery, with at most so many events. */
    take(most = 50): TrafficDelivery {
      while (around.length < windowSize) around.push(next())
      const first = draw()
      const size = Math.min(most, groupSize(random))
      const more = Array.from({ length: size - 1 }, draw)
      // A delivery is of one channel: the others go back.
      around.push(...more.filter((event) => event.channel !== first.channel))
      return toDelivery(random, [first, ...more.filter((event) => event.channel === first.channel)])
    },
    /** Everything that was not taken yet. */
    rest: () => inDeliveries(random, around.splice(0)),
  }
}
