import type { ReactNode } from 'react'

/** A part of a page of settings. */
export function Settings({
  title,
  lead,
  end,
  children,
}: {
  /** Left out where the page says it. */
  title?: string
  lead?: ReactNode
  end?: ReactNode
  children?: ReactNode
}) {
  return (
    <section className="mb-8 last:mb-0">
      {(title || lead) && (
        <div className="mb-3 flex items-start justify-between gap-4">
          <div className="min-w-0">
            {title && <h3 className="font-semibold text-base">{title}</h3>}
            {lead && <p className="mt-0.5 text-pretty text-text-muted">{lead}</p>}
          </div>
          {end}
        </div>
      )}
      {children}
    </section>
  )
}

/** Settings one below the other, with hairlines between. */
export function SettingRows({ children }: { children: ReactNode }) {
  return <div className="-mx-2 *:rounded-none divide-y divide-border border-border border-y">{children}</div>
}
