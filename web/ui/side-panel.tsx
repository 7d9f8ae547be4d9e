import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { useKeys } from '../app/keyboard.ts'
import { text } from '../text.ts'
import { IconButton } from './button.tsx'

interface Props {
  label: string
  title: ReactNode
  /** The list it was opened from. */
  back: string
  end?: ReactNode
  children: ReactNode
}

/** One thing of a list, beside it; over it where there is no room. Escape goes back to the list. */
export function SidePanel({ label, title, back, end, children }: Props) {
  const navigate = useNavigate()
  const close = () => void navigate(back)
  useKeys({ Escape: close })
  return (
    <section
      aria-label={label}
      className="flex min-h-0 w-100 shrink-0 flex-col border-border border-l bg-surface max-xl:absolute max-xl:inset-y-0 max-xl:right-0 max-xl:z-(--z-menu) max-xl:shadow-dialog max-md:w-full max-md:border-l-0 max-md:shadow-none"
    >
      <div className="flex h-(--size-bar) shrink-0 items-center gap-1 border-border border-b pr-3 pl-4 max-md:h-14">
        <h3 className="min-w-0 flex-1 truncate font-medium">{title}</h3>
        {end}
        <IconButton icon={X} label={text.close} keys="Esc" onClick={close} />
      </div>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">{children}</div>
    </section>
  )
}

export function PanelSection({ title, end, children }: { title?: string; end?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-border border-b px-4 py-3 last:border-b-0">
      {title && (
        <h4 className="mb-1.5 flex min-h-5 items-center justify-between gap-3 font-medium text-text-muted text-xs">
          {title}
          {end}
        </h4>
      )}
      {children}
    </section>
  )
}

/** Names and values, the names in a column of their own. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[112px_1fr] gap-x-3 gap-y-1 text-xs leading-[18px] [&_dd]:min-w-0 [&_dd]:break-words [&_dt]:text-text-faint">
      {children}
    </dl>
  )
}
