import { useCallback, useLayoutEffect, useRef, useState } from 'react'
import type { Message } from '../../shared/message.ts'
import { isOurs } from './timeline.ts'

interface Options {
  /** Oldest first, own unsent ones included. */
  messages: Message[]
  firstUnreadId: string | null
  loadEarlier: () => void
}

const near = 48
const loadWithin = 900

/**
 * Where the reader is in a thread. The scroller runs from the bottom (`column-reverse`, so `scrollTop` is 0 at the
 * newest and negative above it): history that loads above and a composer that grows move nothing.
 */
export function useThreadScroll({ messages, firstUnreadId, loadEarlier }: Options) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const [fresh, setFresh] = useState(0)
  const [away, setAway] = useState(false)
  const last = useRef<Message | null>(null)
  const anchor = useRef<{ id: string; top: number } | null>(null)

  const note = useCallback(() => {
    const element = scroller.current
    if (!element) return
    const top = element.getBoundingClientRect().top
    const shown = [...element.querySelectorAll<HTMLElement>('[data-message]')].find(
      (child) => child.getBoundingClientRect().bottom > top,
    )
    anchor.current = shown ? { id: shown.dataset.message ?? '', top: shown.getBoundingClientRect().top } : null
  }, [])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const up = -element.scrollTop
    setAway(up > near)
    if (up <= near) setFresh(0)
    note()
    if (element.scrollHeight - element.clientHeight - up < loadWithin) loadEarlier()
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only messages move the place; the rest is read as it is.
  useLayoutEffect(() => {
    const element = scroller.current
    const newest = messages.at(-1) ?? null
    if (!element) return
    const before = last.current
    last.current = newest
    if (before === null) {
      showUnread(element, firstUnreadId)
      onScroll()
      return
    }
    const known = messages.findIndex(
      (message) => message.id === before.id || (message.clientKey !== null && message.clientKey === before.clientKey),
    )
    const added = known < 0 ? [] : messages.slice(known + 1)
    const own = added.some((message) => message.sender === 'AGENT' && message.state === 'queued')
    if (-element.scrollTop <= near || own) element.scrollTop = 0
    else {
      restore(element, anchor.current)
      setFresh((count) => count + added.filter((message) => !isOurs(message.sender)).length)
    }
    onScroll()
  }, [messages])

  const toBottom = () => {
    if (scroller.current) scroller.current.scrollTop = 0
    setFresh(0)
  }
  const reach = (id: string) => {
    const target = scroller.current?.querySelector<HTMLElement>(`[data-message="${id}"]`)
    if (!target) return false
    target.scrollIntoView({ block: 'center' })
    target.classList.remove('is-reached')
    requestAnimationFrame(() => target.classList.add('is-reached'))
    return true
  }
  return { scroller, content, onScroll, fresh, away, toBottom, reach }
}

/** A long unread part is read from its beginning; a short one is all on screen anyway. */
function showUnread(element: HTMLElement, firstUnreadId: string | null) {
  const first = firstUnreadId && element.querySelector('[data-unread-rule]')
  if (!first) return
  const { top } = first.getBoundingClientRect()
  const from = element.getBoundingClientRect().top
  if (top < from) element.scrollTop -= from - top + 8
}

function restore(element: HTMLElement, anchor: { id: string; top: number } | null) {
  const child = anchor && element.querySelector(`[data-message="${CSS.escape(anchor.id)}"]`)
  if (child) element.scrollTop += child.getBoundingClientRect().top - anchor.top
}
