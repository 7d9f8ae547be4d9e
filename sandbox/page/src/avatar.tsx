import type { PersonView } from './api.ts'

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word))
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '').join('')
}

export function Avatar({ person, size = 20 }: { person: PersonView; size?: number }) {
  const colour = (Number(person.id.slice(-3)) % 5) + 1
  const style = { width: size, height: size, fontSize: size * 0.46, background: `var(--color-avatar-${colour})` }
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {person.picture ? <img src={person.picture} alt="" width={size} height={size} /> : initials(person.name)}
    </span>
  )
}
