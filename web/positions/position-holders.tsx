import { Link } from 'react-router'
import type { PositionDetail } from '../../shared/position.ts'
import { number } from '../dates.ts'
import { Avatar } from '../ui/avatar.tsx'
import { PanelSection } from '../ui/side-panel.tsx'
import { positionText as words } from './text.ts'

export function PositionHolders({ position }: { position: PositionDetail }) {
  const { people, holders } = position
  return (
    <PanelSection title={words.who} end={holders > 0 && <span className="font-normal">{number(holders)}</span>}>
      {people.length === 0 && <p className="text-text-muted text-xs">{words.nobody}</p>}
      <ul>
        {people.map((person) => (
          <li key={person.id}>
            <Link
              to={`/team/people/${person.id}`}
              className="-mx-2 flex h-8 items-center gap-2.5 rounded-sm px-2 hover:bg-surface-hover max-md:h-11"
            >
              <Avatar id={person.id} name={person.name} size={20} />
              <bdi className="min-w-0 flex-1 truncate">{person.name}</bdi>
              {!person.isActive && <span className="text-text-faint text-xs">{words.inactive}</span>}
            </Link>
          </li>
        ))}
      </ul>
      {holders > people.length && (
        <Link to={`/team/people?position=${position.id}`} className="link mt-1.5 inline-block text-xs">
          {words.allHolders(holders)}
        </Link>
      )}
    </PanelSection>
  )
}
