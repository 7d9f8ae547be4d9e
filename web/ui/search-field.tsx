import { Search, X } from 'lucide-react'
import { type Ref, useEffect, useEffectEvent, useState } from 'react'
import { text } from '../text.ts'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  className?: string
  ref?: Ref<HTMLInputElement>
}

/** Searches a moment after the last key, so that not every letter is a request. */
export function SearchField({ label, value, onChange, className, ref }: Props) {
  const [typed, setTyped] = useState(value)
  const [given, setGiven] = useState(value)
  if (value !== given) {
    setGiven(value)
    if (value !== typed.trim()) setTyped(value)
  }
  const search = useEffectEvent(onChange)
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => search(typed.trim()), 200)
    return () => clearTimeout(timer)
  }, [typed, value])
  return (
    <div
      className={`flex h-8 min-w-0 items-center gap-2 rounded-sm border border-border-control bg-surface pl-2 focus-within:outline-2 focus-within:outline-focus max-md:h-11 ${className ?? ''}`}
    >
      <Icon of={Search} className="text-text-faint" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={100}
        onChange={(event) => setTyped(event.target.value)}
        className="min-w-0 flex-1 bg-transparent outline-none max-md:text-[16px] [&::-webkit-search-cancel-button]:hidden"
      />
      {typed && <IconButton icon={X} label={text.list.clearSearch} onClick={() => setTyped('')} />}
    </div>
  )
}
