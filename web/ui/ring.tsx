import { clsx } from 'clsx'

const round = 2 * Math.PI * 5

/** A small clock: how much of the time is left. The words beside it say the same. */
export function Ring({ share, warn = false }: { share: number; warn?: boolean }) {
  return (
    <svg viewBox="0 0 14 14" aria-hidden="true" className="size-3.5 shrink-0 -rotate-90" fill="none" strokeWidth="2">
      <circle cx="7" cy="7" r="5" className="stroke-border-strong" />
      {share > 0 && (
        <circle
          cx="7"
          cy="7"
          r="5"
          strokeDasharray={`${share * round} ${round}`}
          className={clsx(warn ? 'stroke-warn' : 'stroke-accent')}
        />
      )}
    </svg>
  )
}
