import { useSyncExternalStore } from 'react'

const key = 'ticklegram:preferences'

const defaults = {
  theme: 'system' as 'system' | 'light' | 'dark',
  enterSends: true,
  shortcuts: true,
  sound: false,
  listWidth: 344,
  viewsOpen: true,
  detailsOpen: true,
}
export type Preferences = typeof defaults

const listeners = new Set<() => void>()
let current = read()

function read(): Preferences {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? '{}') }
  } catch {
    return defaults
  }
}

/** Choices of this device: kept across reloads, shared between tabs. */
export function setPreferences(change: Partial<Preferences>) {
  current = { ...current, ...change }
  try {
    localStorage.setItem(key, JSON.stringify(current))
  } catch {
    // A full or forbidden storage only means that the choice is not kept.
  }
  announce()
}

export const getPreferences = () => current

export const usePreferences = () => useSyncExternalStore(subscribe, getPreferences)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function announce() {
  applyTheme()
  for (const listener of listeners) listener()
}

function applyTheme() {
  if (current.theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = current.theme
}

globalThis.addEventListener?.('storage', (event) => {
  if (event.key !== key) return
  current = read()
  announce()
})
