import { clsx } from 'clsx'
import { type ReactNode, useEffect, useRef } from 'react'

interface Props {
  label: string
  onClose: () => void
  className?: string
  children: ReactNode
}

/** A modal dialog: the browser keeps the focus inside, Escape and a press beside it close it. */
export function Dialog({ label, onClose, className, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by keyboard.
    <dialog
      ref={dialog}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
      className={clsx(
        'fixed left-1/2 -translate-x-1/2 overflow-hidden rounded-lg bg-surface-raised shadow-dialog',
        className,
      )}
    >
      {children}
    </dialog>
  )
}
