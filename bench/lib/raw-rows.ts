import { dbTime } from '../../server/platform/db/time.ts'

/** What the baseline keeps of a POST until its group is committed. */
export interface RawPost {
  id: string
  body: string
  object: 'page' | 'instagram'
  pageId: string
  at: number
  events: RawEvent[]
}

export interface RawEvent {
  contact: string
  mid: string
  text: string
  timestamp: string
  seconds: number
  /** The element as JSON again. */
  raw: string
}

interface Wire {
  object: 'page' | 'instagram'
  entry: {
    id: string
    messaging: { sender: { id: string }; timestamp: number; message: { mid: string; text: string } }[]
  }[]
}

/** Reads a well-formed delivery of messages; the baseline need not survive anything else. */
export function readPost(id: string, body: string, at: number): RawPost {
  const { object, entry } = JSON.parse(body) as Wire
  const events = entry.flatMap(({ messaging }) =>
    messaging.map((m) => ({
      contact: m.sender.id,
      mid: m.message.mid,
      text: m.message.text,
      timestamp: dbTime(m.timestamp),
      seconds: Math.floor(m.timestamp / 1000),
      raw: JSON.stringify(m),
    })),
  )
  return { id, body, object, pageId: entry[0]?.id ?? '', at, events }
}

/** Makes a group of posts durable in one transaction. */
export type CommitGroup = (posts: readonly RawPost[]) => void | Promise<void>
