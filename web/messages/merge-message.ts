import type { Message } from '../../shared/message.ts'
import type { Snapshots } from '../chats/merge-chat.ts'

const newestFirst = (a: Message, b: Message) =>
  a.timestamp === b.timestamp ? (a.id < b.id ? 1 : -1) : a.timestamp < b.timestamp ? 1 : -1

/** A thread after one message came or changed. What lies before the loaded history stays away until it is loaded. */
export function mergeMessage<P extends Snapshots<Message>>(data: P, message: Message, seq: number): P {
  const at = data.pages.findIndex((page) => page.items.some((item) => item.id === message.id))
  const known = data.pages[at]
  if (known && known.seq >= seq) return data
  const pages = known
    ? data.pages.with(at, { ...known, items: known.items.filter((item) => item.id !== message.id) })
    : data.pages
  const found = pages.findIndex((page) => page.items.some((item) => newestFirst(message, item) < 0))
  const target = found >= 0 ? found : pages.length - 1
  const page = pages[target]
  if (!page || (found < 0 && page.next !== null && page.items.length > 0) || (!known && page.seq >= seq)) return data
  const items = [...page.items]
  const index = items.findIndex((item) => newestFirst(message, item) < 0)
  items.splice(index < 0 ? items.length : index, 0, message)
  return { ...data, pages: pages.with(target, { ...page, items }) }
}

/** A thread after one message went: it was another one all along. */
export function removeMessage<P extends Snapshots<Message>>(data: P, messageId: string, seq: number): P {
  const at = data.pages.findIndex((page) => page.seq < seq && page.items.some((item) => item.id === messageId))
  const page = data.pages[at]
  if (!page) return data
  return { ...data, pages: data.pages.with(at, { ...page, items: page.items.filter((item) => item.id !== messageId) }) }
}
