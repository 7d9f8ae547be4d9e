import type { KeyboardEvent, PointerEvent } from 'react'
import { text } from '../text.ts'

interface Props {
  width: number
  min: number
  max: number
  onChange: (width: number) => void
}

/** The edge of the list: dragged with the pointer, moved with the arrow keys. */
export function Resizer({ width, min, max, onChange }: Props) {
  const set = (value: number) => onChange(Math.round(Math.max(min, Math.min(max, value))))
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    const from = event.clientX - width
    const element = event.currentTarget
    element.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => set(moved.clientX - from)
    element.addEventListener('pointermove', move)
    element.addEventListener('lostpointercapture', () => element.removeEventListener('pointermove', move), {
      once: true,
    })
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0
    if (step === 0) return
    event.preventDefault()
    set(width + step)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; a focusable separator can.
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={text.list.resize}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={press}
      className="absolute inset-y-0 -right-1 z-10 w-2 cursor-col-resize touch-none transition-colors duration-fast hover:bg-border-strong/40"
    />
  )
}
