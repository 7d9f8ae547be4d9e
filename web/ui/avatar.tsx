import { clsx } from 'clsx'
import type { Platform } from '../../shared/common.ts'
import { text } from '../text.ts'

const backgrounds = ['bg-avatar-1', 'bg-avatar-2', 'bg-avatar-3', 'bg-avatar-4', 'bg-avatar-5']
const sizes = {
  20: 'size-5 text-[9.5px] font-semibold',
  24: 'size-6 text-[10.5px] font-medium',
  28: 'size-7 text-2xs font-medium',
  36: 'size-9 text-sm font-medium',
  40: 'size-10 text-base font-medium',
  44: 'size-11 text-md font-medium',
}

/** First letters of the first and last word; one letter where there is one word. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return (
    letters
      .map((word) => [...(word ?? '')].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? '')
      .join('')
      .toUpperCase() || '·'
  )
}

const shade = (id: string) => {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997
  return backgrounds[sum % backgrounds.length]
}

interface AvatarProps {
  id: string
  name: string
  size: keyof typeof sizes
  platform?: Platform
}

/** A contact without a picture. The name stands beside it, so it is decoration; the platform's mark is not. */
export function Avatar({ id, name, size, platform }: AvatarProps) {
  return (
    <span
      className={clsx(
        'relative inline-grid shrink-0 place-items-center rounded-full leading-none tracking-normal text-avatar-text',
        shade(id),
        sizes[size],
      )}
    >
      <span aria-hidden="true">{initials(name)}</span>
      {platform && <PlatformMark platform={platform} className="mark absolute -right-[3px] -bottom-[3px]" />}
    </span>
  )
}

/** A colleague, by initials; without one a dashed ring. */
export function PersonMark({ name, title }: { name: string | null; title?: string }) {
  if (name === null) {
    return (
      <span
        role="img"
        aria-label={title ?? text.list.unassigned}
        title={title ?? text.list.unassigned}
        className="inline-block size-5 shrink-0 rounded-full border-[1.25px] border-border-control border-dashed"
      />
    )
  }
  return (
    <span
      role="img"
      aria-label={title ?? name}
      title={title ?? name}
      className={clsx(
        'initials inline-grid shrink-0 place-items-center rounded-full bg-surface-active text-text-muted leading-none tracking-normal',
        sizes[20],
      )}
    >
      {initials(name)}
    </span>
  )
}

export function PlatformMark({ platform, className }: { platform: Platform; className?: string }) {
  return (
    <span
      role="img"
      aria-label={text.platform[platform]}
      className={clsx(
        'block size-3.5 shrink-0 text-on-platform',
        platform === 'INSTAGRAM' ? 'rounded-[5px] bg-instagram' : 'rounded-full bg-messenger',
        className,
      )}
    >
      <svg
        viewBox="0 0 14 14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.25"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {platform === 'INSTAGRAM' ? (
          <>
            <rect x="3.4" y="3.4" width="7.2" height="7.2" rx="2.2" />
            <circle cx="7" cy="7" r="1.7" />
          </>
        ) : (
          <path d="M3.9 8.5 6 6.2l1.9 1.6 2.2-2.3" />
        )}
      </svg>
    </span>
  )
}
