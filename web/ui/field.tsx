import { clsx } from 'clsx'
import { ChevronsUpDown, CircleAlert, Eye, EyeOff } from 'lucide-react'
import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

interface Around {
  label: string
  error?: string | undefined
  hint?: ReactNode
  /** Says that it may be left empty. */
  optional?: boolean | undefined
  className?: string | undefined
}

interface Control {
  id: string
  'aria-invalid': boolean
  'aria-describedby': string | undefined
}

/** A label above a control; what is wrong with it stands beneath it and is read with it. */
function Labelled({
  label,
  error,
  hint,
  optional,
  className,
  children,
}: Around & { children: (control: Control) => ReactNode }) {
  const id = useId()
  const more = error || hint
  return (
    <div className={clsx('mb-4', className)}>
      <div className="mb-1.5 flex items-baseline justify-between gap-3 text-xs">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {optional && <span className="text-text-faint">{text.optional}</span>}
      </div>
      {children({ id, 'aria-invalid': error !== undefined, 'aria-describedby': more ? `${id}-more` : undefined })}
      {more && (
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

const box = (error: string | undefined, dense: boolean | undefined) =>
  clsx(
    'block w-full rounded-sm border bg-surface px-2.5 focus-visible:outline-offset-0 disabled:border-border disabled:bg-surface-sunken disabled:text-text-disabled max-md:h-11 max-md:text-[16px]',
    dense ? 'h-8 text-sm' : 'h-9 text-base',
    error ? 'border-danger shadow-[inset_0_0_0_1px_var(--color-danger)]' : 'border-border-control',
  )

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'>, Around {
  value: string
  onChange: (value: string) => void
  dense?: boolean
}

export function Field({
  label,
  value,
  onChange,
  error,
  hint,
  optional,
  dense,
  type = 'text',
  className,
  ...rest
}: FieldProps) {
  const [shown, setShown] = useState(false)
  const password = type === 'password'
  return (
    <Labelled label={label} error={error} hint={hint} optional={optional} className={className}>
      {(control) => (
        <span className="relative block">
          <input
            {...control}
            type={password && shown ? 'text' : type}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className={clsx(box(error, dense), password && 'pr-10')}
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
      )}
    </Labelled>
  )
}

interface SelectProps extends Around {
  value: string
  onChange: (value: string) => void
  disabled?: boolean
  dense?: boolean
  /** The `option`s. */
  children: ReactNode
}

/** One of a list. The device's own list opens: it can be searched by typing and fits a thumb. */
export function SelectField({ value, onChange, disabled, dense, children, ...around }: SelectProps) {
  return (
    <Labelled {...around}>
      {(control) => (
        <span className="relative block">
          <select
            {...control}
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
            className={clsx(box(around.error, dense), 'appearance-none truncate pr-8')}
          >
            {children}
          </select>
          <Icon
            of={ChevronsUpDown}
            size={14}
            className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-text-muted"
          />
        </span>
      )}
    </Labelled>
  )
}

interface TextAreaProps extends Around {
  value: string
  onChange: (value: string) => void
  rows?: number
  maxLength?: number
  mono?: boolean
  disabled?: boolean
  placeholder?: string
}

export function TextAreaField({
  value,
  onChange,
  rows = 3,
  mono,
  maxLength,
  disabled,
  placeholder,
  ...around
}: TextAreaProps) {
  return (
    <Labelled {...around}>
      {(control) => (
        <textarea
          {...control}
          rows={rows}
          maxLength={maxLength}
          disabled={disabled}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={clsx(
            'thin-scroll block w-full resize-y rounded-sm border bg-surface px-2.5 py-2 focus-visible:outline-offset-0 disabled:border-border disabled:bg-surface-sunken disabled:text-text-disabled max-md:text-[16px]',
            mono && 'font-mono text-xs',
            around.error ? 'border-danger shadow-[inset_0_0_0_1px_var(--color-danger)]' : 'border-border-control',
          )}
        />
      )}
    </Labelled>
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
