import { Check, Copy } from 'lucide-react'
import { useId, useState } from 'react'
import { text } from '../text.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { sayFailure } from './toast.tsx'

/** Something to hand over: shown whole, copied with one press. */
export function CopyLine({ label, value }: { label: string; value: string }) {
  const id = useId()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
    } catch {
      sayFailure(text.thread.linkNotCopied)
    }
  }
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-medium text-xs">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
          className="h-8 min-w-0 flex-1 rounded-sm border border-border-control bg-surface-sunken px-2.5 font-mono text-xs max-md:h-11"
        />
        <Button onClick={() => void copy()} className="max-md:h-11">
          <Icon of={copied ? Check : Copy} />
          {copied ? text.copied : text.copy}
        </Button>
      </div>
    </div>
  )
}
