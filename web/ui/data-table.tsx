import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useKeys } from '../app/keyboard.ts'
import { text } from '../text.ts'

export interface Column<Row> {
  key: string
  head: string
  /** A track of the grid, such as `minmax(120px,1fr)`. */
  width: string
  cell: (row: Row) => ReactNode
  /** Numbers stand at the right. */
  end?: boolean
  /** Left out while the table is narrower than this. */
  from?: number
}

export interface More {
  has: boolean
  loading: boolean
  failed: boolean
  fetch: () => void
}

interface Props<Row> {
  label: string
  rows: Row[]
  rowKey: (row: Row) => string
  /** What a row opens. */
  href: (row: Row) => string
  current?: string | null
  columns: Column<Row>[]
  /** What a row is on a narrow screen: two lines. */
  narrow: (row: Row) => ReactNode
  /** Dims a row: it is there, but of no effect. */
  dim?: (row: Row) => boolean
  total?: number | undefined
  more?: More
}

const narrowUnder = 600

/** Rows of one height, drawn only where they are looked at; five thousand scroll like fifty. */
export function DataTable<Row>({ label, rows, rowKey, href, current, columns, narrow, dim, total, more }: Props<Row>) {
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const thin = width > 0 && width < narrowUnder
  const shown = columns.filter((column) => width >= (column.from ?? 0))
  const height = thin ? 60 : 40
  const below = more?.has ? 3 : 0
  const list = useVirtualizer({
    count: rows.length + below,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: 32,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height means measuring again.
  useEffect(() => list.measure(), [height, list])

  const visible = list.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (more?.has && !more.loading && !more.failed && last >= rows.length - 20) more.fetch()
  }, [last, rows.length, more])

  const [cursor, setCursor] = useState<string | null>(null)
  const at = rows.findIndex((row) => rowKey(row) === (cursor ?? current))
  /** The row the keys went to last: an earlier one, drawn late, must not take the focus back. */
  const focusNext = useRef<string | null>(null)
  const move = (step: number) => {
    const index = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))
    const row = rows[index]
    if (!row) return
    focusNext.current = rowKey(row)
    setCursor(rowKey(row))
    list.scrollToIndex(index)
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  useEffect(() => {
    if (!cursor || focusNext.current !== cursor) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(cursor)}"]`)
    if (!row) return
    focusNext.current = null
    row.focus({ preventScroll: true })
  })

  const inDom = visible.some(({ index }) => index === at)
  const tabStop = inDom ? at : (visible[0]?.index ?? 0)
  const grid = { gridTemplateColumns: thin ? '1fr' : shown.map((column) => column.width).join(' ') }
  return (
    <div ref={scroller} className="thin-scroll min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand; a table element cannot be. */}
      <div role="table" aria-label={label} aria-rowcount={(total ?? rows.length) + 1}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        <div role="rowgroup" className={clsx(thin ? 'sr-only' : 'sticky top-0 z-(--z-sticky) bg-surface')}>
          {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: a row of heads does nothing. */}
          <div
            role="row"
            aria-rowindex={1}
            className="grid h-8 items-center gap-x-5 border-border border-b px-4"
            style={grid}
          >
            {shown.map((column) => (
              // biome-ignore lint/a11y/useSemanticElements: as above.
              // biome-ignore lint/a11y/useFocusableInteractive: a head does nothing.
              <div
                key={column.key}
                role="columnheader"
                className={clsx('truncate text-text-muted text-xs', column.end && 'text-end')}
              >
                {column.head}
              </div>
            ))}
          </div>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        <div role="rowgroup" className="relative" style={{ height: list.getTotalSize() }}>
          {visible.map(({ index, start }) => {
            const row = rows[index]
            const place = { transform: `translateY(${start}px)`, height }
            if (!row) return <Waiting key={index} place={place} />
            const key = rowKey(row)
            return (
              // biome-ignore lint/a11y/useSemanticElements: as above.
              // biome-ignore lint/a11y/useFocusableInteractive: the link inside takes the focus.
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                data-open={key === current || undefined}
                className={clsx(
                  'absolute inset-x-0 top-0 grid items-center gap-x-5 border-border border-b px-4 hover:bg-surface-hover data-open:bg-surface-selected',
                  dim?.(row) && 'text-text-muted',
                )}
                style={{ ...place, ...grid }}
              >
                {(thin ? shown.slice(0, 1) : shown).map((column, place) => (
                  // biome-ignore lint/a11y/useSemanticElements: as above.
                  <div
                    key={column.key}
                    role="cell"
                    className={clsx('min-w-0', !thin && 'truncate', column.end && 'text-end')}
                  >
                    {place > 0 ? (
                      column.cell(row)
                    ) : (
                      <Link
                        to={href(row)}
                        data-row={key}
                        aria-current={key === current || undefined}
                        tabIndex={index === tabStop ? 0 : -1}
                        onFocus={() => setCursor(key)}
                        className="block outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
                      >
                        {thin ? narrow(row) : column.cell(row)}
                      </Link>
                    )}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
      {more?.failed && (
        <div className="sticky bottom-0 flex items-center justify-center gap-3 border-border border-t bg-surface p-2 text-text-muted text-xs">
          {text.error.moreFailed}
          <button type="button" className="link" onClick={more.fetch}>
            {text.retry}
          </button>
        </div>
      )}
    </div>
  )
}

function Waiting({ place }: { place: { transform: string; height: number } }) {
  return (
    <div
      aria-hidden="true"
      className="absolute inset-x-0 top-0 flex items-center border-border border-b px-4"
      style={place}
    >
      <span className="h-2.5 w-40 rounded-[3px] bg-surface-active" />
    </div>
  )
}

/** A table that is on its way. */
export function TableSkeleton() {
  return (
    <div className="min-h-0 flex-1 overflow-hidden" aria-busy="true">
      <span className="sr-only">{text.loading}</span>
      <div aria-hidden="true" className="h-8 border-border border-b" />
      {[120, 88, 152, 104, 136, 96, 128, 112].map((length) => (
        <div key={length} aria-hidden="true" className="flex h-10 items-center gap-6 border-border border-b px-4">
          <span className="size-5 rounded-full bg-surface-active" />
          <span className="h-2.5 rounded-[3px] bg-surface-active" style={{ width: length }} />
          <span className="ml-auto h-2.5 w-24 rounded-[3px] bg-surface-active" />
        </div>
      ))}
    </div>
  )
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [box])
  return width
}
