export interface SwitchProps {
  label: string
  hint?: string
  on: boolean
  onChange: (on: boolean) => void
}

export function Switch({ label, hint, on, onChange }: SwitchProps) {
  return (
    <label className="switch-line">
      <span className="grow">
        {label}
        {hint && <span className="hint">{hint}</span>}
      </span>
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-label={label}
        className="switch"
        onClick={() => onChange(!on)}
      />
    </label>
  )
}

export interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
}

/** A few choices side by side, one of them taken. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <fieldset className="segments-line">
      <legend>{label}</legend>
      <span className="segments">
        {options.map(([one, name]) => (
          <label key={one} className={one === value ? 'on' : ''}>
            <input type="radio" name={label} checked={one === value} onChange={() => onChange(one)} />
            {name}
          </label>
        ))}
      </span>
    </fieldset>
  )
}
