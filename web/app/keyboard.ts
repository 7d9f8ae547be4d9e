import { useEffect, useEffectEvent } from 'react'
import { getPreferences } from './preferences.ts'

export interface Keys {
  [key: string]: (() => void) | undefined
}

const sequenceWithin = 1_200

/** Reads keys one after the other; `g` waits for the letter that says where to. */
export function keyReader(now: () => number = Date.now) {
  let goSince = Number.NEGATIVE_INFINITY
  return (key: string): string | null => {
    const going = now() - goSince < sequenceWithin
    goSince = Number.NEGATIVE_INFINITY
    if (going) return `g ${key.toLowerCase()}`
    if (key === 'g') {
      goSince = now()
      return null
    }
    return key
  }
}

const typing = 'input, textarea, select, [contenteditable="true"]'
/** Where Enter already means something. */
const pressable = 'button, a, [role="menuitem"], [role="option"], [role="separator"]'

/** Single keys, outside fields and dialogs only. The last one mounted that knows a key gets it. */
const layers: ((key: string) => boolean)[] = []
let listening = false
const read = keyReader()

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (!getPreferences().shortcuts && event.key !== 'Escape') return
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(typing)) return
  if (document.querySelector('dialog[open], [popover]:popover-open:not([data-passive])')) return
  if (event.key === 'Enter' && target?.closest(pressable)) return
  const key = read(event.key)
  if (key === null) return
  for (const layer of layers.toReversed()) {
    if (!layer(key)) continue
    event.preventDefault()
    return
  }
}

/** Shortcuts while the component is on screen. */
export function useKeys(keys: Keys) {
  const run = useEffectEvent((key: string) => {
    const action = keys[key]
    action?.()
    return action !== undefined
  })
  useEffect(() => {
    if (!listening) addEventListener('keydown', onKeyDown)
    listening = true
    const layer = (key: string) => run(key)
    layers.push(layer)
    return () => void layers.splice(layers.indexOf(layer), 1)
  }, [])
}
