import { randomBytes } from 'node:crypto'
import { igsid, instagramId, metaBytes, pageId, psid, sign } from '../../test/meta-payloads.ts'
import type { Post } from './load.ts'

export type Channel = 'page' | 'instagram'

export const accountOf = (channel: Channel) => (channel === 'page' ? pageId : instagramId)

/** The customers of a benchmark are numbered; every second one writes on Instagram. */
export const channelOf = (customer: number): Channel => (customer % 2 === 0 ? 'page' : 'instagram')

export function contactOf(customer: number): string {
  const start = channelOf(customer) === 'page' ? psid : igsid
  return `${start.slice(0, 9)}${String(customer).padStart(start.length - 9, '0')}`
}

const sentences = [
  'Hi! Is the oak table still available, and how long would delivery take to Tromsø?',
  'Can I return a lamp without its box? The shade has a scratch on one side.',
  'Do you have this chair in walnut as well? 🪑',
  'My order has not arrived yet. It should have come on Tuesday.',
  'Thank you, that is all I needed to know!',
]

/** As long as Meta's own ids. */
const newMid = (channel: Channel) =>
  channel === 'page'
    ? `m_${randomBytes(64).toString('base64url')}`
    : `aWdfZAG1faXRlbToxOk${randomBytes(96).toString('base64url')}`

export interface Written {
  customer: number
  text: string
  /** Milliseconds. */
  at: number
}

function element({ customer, text, at }: Written): Record<string, unknown> {
  const channel = channelOf(customer)
  return {
    sender: { id: contactOf(customer) },
    recipient: { id: accountOf(channel) },
    timestamp: at,
    message: { mid: newMid(channel), text },
  }
}

/** One POST with messages of one channel: the whole request, signed over its bytes as Meta does. */
export function toPost(written: readonly Written[]): Post {
  const channel = channelOf(written[0]?.customer ?? 0)
  const entry = written.map((w) => ({ time: w.at, id: accountOf(channel), messaging: [element(w)] }))
  const body = metaBytes({ object: channel, entry })
  const head = [
    'POST /webhooks/meta HTTP/1.1',
    'Host: 127.0.0.1',
    'User-Agent: facebookexternalua',
    'Content-Type: application/json',
    `X-Hub-Signature-256: ${sign(body)}`,
    `Content-Length: ${body.length}`,
    '\r\n',
  ].join('\r\n')
  return { bytes: Buffer.concat([Buffer.from(head), body]), events: written.length }
}

/** Posts of customers drawn at random, `perPost` messages each, all of one channel within a post. */
export function makePosts({
  count,
  perPost,
  customers,
}: {
  count: number
  perPost: number
  customers: number
}): Post[] {
  const now = Date.now()
  return Array.from({ length: count }, (_, i) => {
    const channel = i % 2
    return toPost(
      Array.from({ length: perPost }, (_, j) => ({
        customer: 2 * Math.floor((Math.random() * customers) / 2) + channel,
        text: sentences[(i + j) % sentences.length] as string,
        at: now + i,
      })),
    )
  })
}
