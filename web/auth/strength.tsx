import { clsx } from 'clsx'
import { text } from '../text.ts'

export const shortestPassword = 8

const words = text.setUp

/** Length is what counts; the meter says so without rules about signs. */
function strength(password: string): 0 | 1 | 2 | 3 | 4 {
  const length = [...password].length
  if (length < shortestPassword) return 0
  const varied = new Set(password).size > 5
  if (!varied || length < 10) return 1
  return length < 14 ? 2 : length < 20 ? 3 : 4
}

export function Strength({ password }: { password: string }) {
  const level = strength(password)
  return (
    <>
      <span className="mb-1.5 flex gap-1" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span
            key={step}
            className={clsx('h-[3px] flex-1 rounded-full', level >= step ? 'bg-accent' : 'bg-border-strong')}
          />
        ))}
      </span>
      {password && `${words.strength[level]}. `}
      {words.passwordHint}
    </>
  )
}
