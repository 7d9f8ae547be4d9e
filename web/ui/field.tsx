import { clsx } from 'clsx'
import { CircleAlert, Eye, EyeOff } from 'lucide-react'
import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  label: string
  value: string
  onChange: (value: string) => void
  error?: string | undefined
  hint?: ReactNode
}

/** A labelled input; what is wrong with it stands beneath it and is read with it. */
export function Field({ label, value, onChange, error, hint, type = 'text', className, ...rest }: Props) {
  const id = useId()
  const [shown, setShown] = useState(false)
  const password = type === 'password'
  return (
    <div className={clsx('mb-4', className)}>
      <label htmlFor={id} className="mb-1.5 block font-medium text-xs">
        {label}
      </label>
      <span className="relative block">
        <input
          id={id}
          type={password && shown ? 'text' : type}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error !== undefined}
          aria-describedby={error || hint ? `${id}-more` : undefined}
          className={clsx(
            'block h-9 w-full rounded-sm border bg-surface px-2.5 text-base focus-visible:outline-offset-0 max-md:h-11 max-md:text-[16px]',
            password && 'pr-10',
            error ? 'border-danger shadow-[inset_0_0_0_1px_var(--color-danger)]' : 'border-border-control',
          )}
          {...rest}
        />
        {password && (
          <button
            type="button"
            aria-pressed={shown}
            aria-label={shown ? text.signIn.hidePassword : text.signIn.showPassword}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-sm text-text-muted hover:text-text"
          >
            <Icon of={shown ? EyeOff : Eye} />
          </button>
        )}
      </span>
      {(error || hint) && (
        <div id={`${id}-more`} className="mt-1.5 text-text-muted text-xs">
          {error ? (
            <span className="flex items-start gap-1.5 text-danger-text">
              <Icon of={CircleAlert} size={14} className="mt-px" />
              {error}
            </span>
          ) : (
            hint
          )}
        </div>
      )}
    </div>
  )
}

/** A failure above a form: takes the focus when it appears, so that it is heard, and never again while one mends it. */
export function FormError({ title, children }: { title?: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [])
  return (
    <div
      role="alert"
      tabIndex={-1}
      ref={box}
      className="mb-5 flex items-start gap-2.5 rounded-sm bg-danger-soft px-3 py-2.5 outline-none"
    >
      <Icon of={CircleAlert} className="mt-px text-danger-text" />
      <span>
        {title && <b className="font-semibold">{title} </b>}
        {children}
      </span>
    </div>
  )
}
