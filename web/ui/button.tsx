import { clsx } from 'clsx'
import type { LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, Ref } from 'react'
import { Icon } from './icon.tsx'

const looks = {
  primary: 'border-accent bg-accent text-on-accent hover:border-accent-hover hover:bg-accent-hover',
  plain: 'border-border-strong bg-surface hover:bg-surface-hover',
  quiet: 'border-transparent text-text-muted hover:bg-surface-hover hover:text-text',
  danger: 'border-danger bg-danger text-on-danger',
}
const sizes = { sm: 'h-7 px-2.5 text-xs', md: 'h-8 px-3', lg: 'h-9 px-3 text-base' }

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof looks
  size?: keyof typeof sizes
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', size = 'md', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={clsx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-sm border font-medium transition-colors duration-fast',
        'disabled:border-border disabled:bg-surface-sunken disabled:text-text-disabled',
        looks[look],
        sizes[size],
        className,
      )}
      {...rest}
    />
  )
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon
  /** The control's name; shown on hover with its key. */
  label: string
  keys?: string
  pressed?: boolean
  touch?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({ icon, label, keys, pressed, touch, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      data-tip={label}
      data-keys={keys}
      className={clsx(
        'inline-grid shrink-0 place-items-center rounded-sm text-text-muted transition-colors duration-fast hover:bg-surface-hover hover:text-text',
        'disabled:text-text-disabled disabled:hover:bg-transparent',
        pressed && 'bg-surface-active text-text',
        touch ? 'size-11' : 'size-7',
        className,
      )}
      {...rest}
    >
      <Icon of={icon} size={touch ? 20 : 16} />
    </button>
  )
}
