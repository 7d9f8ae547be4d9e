import { useEffect, useRef } from 'react'

const delay = 450

/** One tooltip for the whole page: shows `data-tip` and `data-keys` of what the pointer or the focus rests on. */
export function Tooltips() {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      if (element.matches(':popover-open')) element.hidePopover()
    }
    const plan = (event: Event) => {
      hide()
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null
      if (!target || (event.type === 'focusin' && !target.matches(':focus-visible'))) return
      timer = setTimeout(() => show(element, target), delay)
    }
    const events = ['pointerover', 'focusin'] as const
    for (const name of events) document.addEventListener(name, plan)
    for (const name of ['pointerdown', 'keydown', 'focusout'] as const) document.addEventListener(name, hide)
    return () => {
      hide()
      for (const name of events) document.removeEventListener(name, plan)
      for (const name of ['pointerdown', 'keydown', 'focusout'] as const) document.removeEventListener(name, hide)
    }
  }, [])
  return (
    <div
      ref={box}
      popover="manual"
      data-passive=""
      aria-hidden="true"
      className="pointer-events-none fixed items-center gap-2 rounded-sm bg-text px-2.5 py-1.5 text-surface text-xs [&:popover-open]:flex"
    >
      <span data-words="" />
      <span data-key="" className="rounded-xs border border-current/40 px-1 text-2xs empty:hidden" />
    </div>
  )
}

function show(element: HTMLElement, target: HTMLElement) {
  if (!target.isConnected || document.querySelector('[popover]:popover-open')) return
  const [words, keys] = [element.querySelector('[data-words]'), element.querySelector('[data-key]')]
  if (words) words.textContent = target.dataset.tip ?? ''
  if (keys) keys.textContent = target.dataset.keys ?? ''
  element.showPopover()
  const at = target.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = element
  const beside = target.dataset.tipSide === 'right'
  const left = beside ? at.right + 6 : at.left + at.width / 2 - width / 2
  const top = beside ? at.top + at.height / 2 - height / 2 : at.bottom + 6
  element.style.left = `${Math.max(6, Math.min(left, innerWidth - width - 6))}px`
  element.style.top = `${top + height > innerHeight - 6 ? at.top - height - 6 : top}px`
}
