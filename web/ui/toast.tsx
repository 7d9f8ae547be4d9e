import { clsx } from 'clsx'
import { Check, CircleAlert, X } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { text } from '../text.ts'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

interface Toast {
  id: number
  words: string
  failed: boolean
  action?: { label: string; run: () => void }
}

const shownFor = 6_000
let current: Toast | null = null
let count = 0
const listeners = new Set<() => void>()

function set(toast: Toast | null) {
  current = toast
  for (const listener of listeners) listener()
}

/** Says what happened, bottom left, one at a time. */
export const say = (words: string, action?: Toast['action']) =>
  set({ id: ++count, words, failed: false, ...(action ? { action } : {}) })

/** Says what did not work; stays until it is closed. */
export const sayFailure = (words: string, action?: Toast['action']) =>
  set({ id: ++count, words, failed: true, ...(action ? { action } : {}) })

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function Toasts() {
  const toast = useSyncExternalStore(subscribe, () => current)
  return (
    <>
      <div className="sr-only" role="status" aria-live="polite">
        {toast && !toast.failed ? toast.words : ''}
      </div>
      <div className="sr-only" role="alert">
        {toast?.failed ? toast.words : ''}
      </div>
      {toast && <ToastBox key={toast.id} toast={toast} />}
    </>
  )
}

function ToastBox({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false)
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    box.current?.showPopover()
  }, [])
  useEffect(() => {
    if (held || toast.failed) return
    const timer = setTimeout(() => set(null), shownFor)
    return () => clearTimeout(timer)
  }, [held, toast.failed])
  const act = () => {
    set(null)
    toast.action?.run()
  }
  return (
    <section
      ref={box}
      aria-label={text.notice}
      popover="manual"
      data-passive=""
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="floating fixed bottom-4 left-4 w-80 max-w-[calc(100vw-32px)] items-center gap-2.5 py-1.5 pr-1.5 pl-3 max-md:bottom-20 [&:popover-open]:flex"
    >
      <Icon
        of={toast.failed ? CircleAlert : Check}
        className={clsx(toast.failed ? 'text-danger' : 'text-text-muted')}
      />
      <span className="min-w-0 flex-1 py-1">{toast.words}</span>
      {toast.action && (
        <button type="button" className="link px-1" onClick={act}>
          {toast.action.label}
        </button>
      )}
      <IconButton icon={X} label={text.close} onClick={() => set(null)} />
    </section>
  )
}
