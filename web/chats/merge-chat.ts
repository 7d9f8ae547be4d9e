import type { Chat } from '../../shared/chat.ts'
import type { ChatListQuery } from '../api.ts'
import { windowAt } from './window.ts'

/** A page of a list with the change number it is at least as new as. */
export interface Snapshot<T> {
  items: T[]
  next: string | null
  seq: number
}

export interface Snapshots<T> {
  pages: Snapshot<T>[]
  pageParams: unknown[]
}

export interface ListContext {
  filter: ChatListQuery
  meId: string
  now: number
  /** The chat on screen: reading it must not take it out of the unread list under the reader's eyes. */
  openId: string | null
}

/** The order of every chat list: by last activity, newest first. */
export const byActivity = (a: Pick<Chat, 'activityAt' | 'id'>, b: Pick<Chat, 'activityAt' | 'id'>) =>
  a.activityAt === b.activityAt ? (a.id < b.id ? 1 : -1) : a.activityAt < b.activityAt ? 1 : -1

/** Whether a chat belongs in a list, or null when only the server can tell (search). */
export function belongs(chat: Chat, { filter, meId, now, openId }: ListContext): boolean | null {
  if (filter.view === 'mine' && chat.assignedTo !== meId) return false
  if (filter.view === 'unassigned' && chat.assignedTo !== null) return false
  if (filter.view === 'waiting' && !chat.waiting) return false
  if (filter.view === 'closing') {
    const window = windowAt(chat.window, now)
    if (window.state !== 'open' || !window.soon) return false
  }
  if (filter.platform && chat.platform !== filter.platform) return false
  if (filter.page && chat.facebookPageId !== filter.page) return false
  if (filter.unread && chat.unreadCount === 0 && chat.id !== openId) return false
  return filter.q ? null : true
}

/**
 * A list after a change of one chat. Pages newer than the change know it already and stay as they are; a chat that
 * moved below what is loaded leaves, since scrolling will bring it.
 */
export function mergeChat<P extends Snapshots<Chat>>(data: P, chat: Chat, seq: number, context: ListContext): P {
  const at = data.pages.findIndex((page) => page.items.some((item) => item.id === chat.id))
  const known = data.pages[at]
  if (known && known.seq >= seq) return data
  const fits = belongs(chat, context)
  if (!known && fits !== true) return data
  const without = known ? removeFrom(data, at, chat.id) : data
  if (fits === false) return without
  const target = pageFor(without.pages, chat)
  const page = without.pages[target]
  if (!page) return without
  if (!known && page.seq >= seq) return data
  const items = [...page.items]
  const index = items.findIndex((item) => byActivity(chat, item) < 0)
  items.splice(index < 0 ? items.length : index, 0, chat)
  return { ...without, pages: without.pages.with(target, { ...page, items }) }
}

/** The list without a chat that one may no longer see. */
export function removeChat<P extends Snapshots<Chat>>(data: P, chatId: string, seq: number): P {
  const at = data.pages.findIndex((page) => page.seq < seq && page.items.some((item) => item.id === chatId))
  return at < 0 ? data : removeFrom(data, at, chatId)
}

/** All loaded chats once each; one that was loaded twice while it moved is taken from the newer page. */
export function flatten<T extends { id: string }>(data: Snapshots<T> | undefined): T[] {
  const newest = new Map<string, { item: T; seq: number }>()
  for (const page of data?.pages ?? []) {
    for (const item of page.items) {
      const other = newest.get(item.id)
      if (!other) newest.set(item.id, { item, seq: page.seq })
      else if (page.seq > other.seq) {
        newest.delete(item.id)
        newest.set(item.id, { item, seq: page.seq })
      }
    }
  }
  return Array.from(newest.values(), ({ item }) => item)
}

function removeFrom<P extends Snapshots<Chat>>(data: P, at: number, chatId: string): P {
  const page = data.pages[at]
  if (!page) return data
  const items = page.items.filter((item) => item.id !== chatId)
  return { ...data, pages: data.pages.with(at, { ...page, items }) }
}

/** The page a chat belongs on: the first that ends after it, or the last when there is nothing more to load. */
function pageFor(pages: Snapshot<Chat>[], chat: Chat): number {
  const index = pages.findIndex((page) => {
    const last = page.items.at(-1)
    return last !== undefined && byActivity(chat, last) < 0
  })
  if (index >= 0) return index
  const last = pages.length - 1
  return pages[last]?.next === null ? last : -1
}
