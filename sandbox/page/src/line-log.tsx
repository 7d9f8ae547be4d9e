import { useState } from 'react'
import type { LogLine } from './api.ts'
import { atSecond } from './format.ts'

function pretty(text: string): string {
  const start = text.search(/[{[]/)
  if (start < 0) return text
  try {
    return text.slice(0, start) + JSON.stringify(JSON.parse(text.slice(start)), null, 1)
  } catch {
    return text
  }
}

/** What went over the line, newest first; each line opens to what was said. */
export function LineLogPanel({ lines }: { lines: LogLine[] }) {
  const [raw, setRaw] = useState(false)
  const [open, setOpen] = useState<number | null>(null)
  return (
    <section className="section">
      <h2>
        What went over the line
        <button type="button" className="link" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? 'In words' : 'Raw'}
        </button>
      </h2>
      {lines.length === 0 && <p className="faint">Nothing yet. Write something on a phone.</p>}
      <ul className="log">
        {[...lines].reverse().map((line) => (
          <li key={line.n}>
            <button
              type="button"
              aria-expanded={open === line.n}
              onClick={() => setOpen(open === line.n ? null : line.n)}
            >
              <span className="faint">{atSecond(line.at)}</span>
              <span role="img" aria-label={line.direction === 'out' ? 'to the inbox' : 'from the inbox'}>
                {line.direction === 'out' ? '→' : '←'}
              </span>
              <span className="what">{raw ? line.sent : line.what}</span>
              <span className={line.ok ? '' : 'warn'}>{line.result}</span>
            </button>
            {open === line.n && (
              <pre>
                {pretty(line.sent)}
                {line.received && `\n\n${pretty(line.received)}`}
                {`\n\n${line.ms} ms`}
              </pre>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
