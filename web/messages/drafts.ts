import { useSyncExternalStore } from 'react'

/** Words somebody began and did not send yet, kept on this device per person and chat. */
export interface Drafts {
  read: (chatId: string) => string
  write: (chatId: string, text: string) => void
  subscribe: (listener: () => void) => () => void
}

const keyOf = (userId: string, chatId: string) => `ticklegram:draft:${userId}:${chatId}`

/** Drafts of one person. A storage that refuses (full, private) keeps them for as long as the page lives. */
export function openDrafts(userId: string, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const known = new Map<string, string>()
  const listeners = new Set<() => void>()
  return {
    read(chatId) {
      let text = known.get(chatId)
      if (text === undefined) {
        text = storage.getItem(keyOf(userId, chatId)) ?? ''
        known.set(chatId, text)
      }
      return text
    },
    write(chatId, text) {
      if ((known.get(chatId) ?? '') === text) return
      known.set(chatId, text)
      try {
        if (text.trim() === '') storage.removeItem(keyOf(userId, chatId))
        else storage.setItem(keyOf(userId, chatId), text)
      } catch {
        // Kept in memory above.
      }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

let current: { userId: string; drafts: Drafts } | null = null

export function draftsOf(userId: string): Drafts {
  if (current?.userId !== userId) current = { userId, drafts: openDrafts(userId, localStorage) }
  return current.drafts
}

export function useDraft(userId: string, chatId: string): string {
  const drafts = draftsOf(userId)
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(chatId))
}
