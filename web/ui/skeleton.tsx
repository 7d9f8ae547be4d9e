const widths = [
  [120, 214],
  [88, 168],
  [152, 194],
  [104, 136],
  [136, 210],
  [96, 180],
]

/** Chat rows that are on their way. Nothing moves: they stand where the rows will. */
export function RowSkeleton({ index }: { index: number }) {
  const [name, preview] = widths[index % widths.length] ?? [120, 200]
  return (
    <div
      aria-hidden="true"
      className="mx-1.5 flex h-14 items-center gap-2.5 pr-2 pl-2.5 max-md:mx-0 max-md:h-16 max-md:gap-3 max-md:px-4"
    >
      <span className="size-9 shrink-0 rounded-full bg-surface-active max-md:size-10" />
      <span className="flex min-w-0 flex-1 flex-col gap-2.5">
        <span className="h-2.5 max-w-full rounded-[3px] bg-surface-active" style={{ width: name }} />
        <span className="h-2.5 max-w-full rounded-[3px] bg-surface-active" style={{ width: preview }} />
      </span>
    </div>
  )
}

const bubbles = [
  ['42%', 36, false],
  ['30%', 56, false],
  ['48%', 36, true],
  ['36%', 76, false],
  ['54%', 36, true],
] as const

export function ThreadSkeleton() {
  return (
    <div aria-hidden="true" className="flex flex-1 flex-col justify-end gap-3 overflow-hidden p-5">
      {bubbles.map(([width, height, out]) => (
        <span
          key={`${width}${height}`}
          className={`rounded-bubble bg-surface-hover ${out ? 'self-end' : ''}`}
          style={{ width, height }}
        />
      ))}
    </div>
  )
}
