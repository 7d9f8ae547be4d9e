import { clsx } from 'clsx'
import { useId } from 'react'

interface Props<Value extends string> {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  onChange: (value: Value) => void
}

/** One of a few, all in sight. */
export function Segmented<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  const name = useId()
  return (
    <fieldset className="inline-flex rounded-sm bg-surface-active p-0.5" aria-label={label}>
      {options.map(([option, words]) => (
        <label
          key={option}
          className={clsx(
            'relative grid h-7 place-items-center rounded-[5px] px-2.5 has-focus-visible:outline-2 has-focus-visible:outline-focus max-md:h-10',
            option === value ? 'bg-surface font-medium' : 'text-text-muted hover:text-text',
          )}
        >
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => onChange(option)}
            className="absolute inset-0 appearance-none outline-none"
          />
          <span className="pointer-events-none relative">{words}</span>
        </label>
      ))}
    </fieldset>
  )
}
