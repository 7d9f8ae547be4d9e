import { clsx } from 'clsx'

interface Props {
  label: string
  hint?: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

export function Switch({ label, hint, checked, disabled, onChange }: Props) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className="flex w-full items-center gap-4 rounded-sm px-2 py-1.5 text-start hover:bg-surface-hover"
    >
      <span className="min-w-0 flex-1">
        {label}
        {hint && <span className="block text-text-muted text-xs">{hint}</span>}
      </span>
      <span
        className={clsx(
          'relative h-[18px] w-[30px] shrink-0 rounded-full transition-colors duration-fast',
          checked ? 'bg-accent' : 'bg-border-control',
        )}
      >
        <span
          className={clsx(
            'absolute top-0.5 size-3.5 rounded-full transition-[left] duration-fast',
            checked ? 'left-3.5 bg-on-accent' : 'left-0.5 bg-surface',
          )}
        />
      </span>
    </button>
  )
}
