import { useSyncExternalStore } from 'react'
import type { Message } from '../../shared/message.ts'
import { ApiError, isTemporary } from '../api.ts'
import { backoff } from '../realtime.ts'

/** A message on its way from this screen to the server, shown in the thread until the server has it. */
export interface OutboxItem {
  /** The idempotency key: the same for every try, so that a lost answer cannot make a second message. */
  key: string
  chatId: string
  text: string
  replyTo: string | null
  humanAgent: boolean
  at: string
  /** `waiting`: the server could not be reached. `refused`: it said no, and `code` says why. */
  state: 'posting' | 'waiting' | 'refused'
  code: string | null
}

interface Options {
  post: (item: OutboxItem) => Promise<Message>
  onAccepted: (message: Message) => void
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  storageKey: string
  wait?: (milliseconds: number, then: () => void) => void
}

export interface Outbox {
  add: (item: Omit<OutboxItem, 'state' | 'code'>) => void
  /** Takes out a refused or waiting message, for the composer or for good. */
  remove: (key: string) => void
  /** Tries everything that waits again, now. */
  flush: () => void
  list: () => readonly OutboxItem[]
  subscribe: (listener: () => void) => () => void
}

/** Sends in the order of writing within a chat, chats side by side, and outlives a reload. */
export function openOutbox({ post, onAccepted, storage, storageKey, wait = defaultWait }: Options): Outbox {
  let items: readonly OutboxItem[] = restore()
  let failures = 0
  let planned = false
  const busy = new Set<string>()
  const listeners = new Set<() => void>()

  function restore(): OutboxItem[] {
    try {
      const kept: OutboxItem[] = JSON.parse(storage.getItem(storageKey) ?? '[]')
      return kept.map((item) => (item.state === 'refused' ? item : { ...item, state: 'waiting' }))
    } catch {
      return []
    }
  }

  function change(next: readonly OutboxItem[]) {
    items = next
    try {
      if (items.length === 0) storage.removeItem(storageKey)
      else storage.setItem(storageKey, JSON.stringify(items))
    } catch {
      // Without storage a reload loses what waits; the screen still has it.
    }
    for (const listener of listeners) listener()
  }

  const update = (key: string, part: Partial<OutboxItem>) =>
    change(items.map((item) => (item.key === key ? { ...item, ...part } : item)))

  const next = (chatId: string) => items.find((item) => item.chatId === chatId && item.state !== 'refused')

  async function send(chatId: string) {
    if (busy.has(chatId)) return
    busy.add(chatId)
    for (let item = next(chatId); item; item = next(chatId)) {
      if (!(await sendOne(item))) break
    }
    busy.delete(chatId)
  }

  /** False when the rest has to wait. */
  async function sendOne(item: OutboxItem): Promise<boolean> {
    update(item.key, { state: 'posting' })
    try {
      const message = await post(item)
      failures = 0
      onAccepted(message)
      change(items.filter((other) => other.key !== item.key))
      return true
    } catch (error) {
      if (isTemporary(error) || (error instanceof ApiError && error.status === 401)) {
        // What was written after it waits behind it.
        const behind = (other: OutboxItem) => other.chatId === item.chatId && other.state === 'posting'
        change(items.map((other) => (behind(other) ? { ...other, state: 'waiting' } : other)))
        retryLater()
        return false
      }
      update(item.key, { state: 'refused', code: error instanceof ApiError ? error.code : 'unexpected' })
      return true
    }
  }

  function retryLater() {
    if (planned) return
    planned = true
    wait(backoff(++failures), () => {
      planned = false
      flush()
    })
  }

  function flush() {
    for (const chatId of new Set(items.map((item) => item.chatId))) void send(chatId)
  }

  return {
    add(item) {
      change([...items, { ...item, state: 'posting', code: null }])
      void send(item.chatId)
    },
    remove: (key) => change(items.filter((item) => item.key !== key)),
    flush,
    list: () => items,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const defaultWait = (milliseconds: number, then: () => void) => void setTimeout(then, milliseconds)

export const useOutbox = (outbox: Outbox) => useSyncExternalStore(outbox.subscribe, outbox.list)
