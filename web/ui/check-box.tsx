import { Check } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { Icon } from './icon.tsx'

interface Props {
  label: ReactNode
  hint?: ReactNode
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

export function CheckBox({ label, hint, checked, disabled, onChange }: Props) {
  const id = useId()
  return (
    <div className="flex items-start gap-2.5">
      <span className="relative mt-px grid size-4 shrink-0">
        <input
          id={id}
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.checked)}
          className="peer size-4 appearance-none rounded-xs border border-border-control bg-surface checked:border-accent checked:bg-accent disabled:border-border disabled:bg-surface-sunken disabled:checked:bg-text-disabled"
        />
        <Icon
          of={Check}
          size={12}
          className="pointer-events-none absolute inset-0.5 hidden text-on-accent peer-checked:block peer-disabled:text-surface"
        />
      </span>
      <span className="min-w-0">
        <label htmlFor={id}>{label}</label>
        {hint && (
          <span id={`${id}-hint`} className="block text-text-muted text-xs">
            {hint}
          </span>
        )}
      </span>
    </div>
  )
}
