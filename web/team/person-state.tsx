import type { DirectoryUser } from '../../shared/team.ts'
import { Dot } from '../ui/badge.tsx'
import { teamText } from './text.ts'

const words = teamText.people

function stateOf({ isActive, profile, role, canReceiveNewChats }: DirectoryUser): { live: boolean; label: string } {
  if (!isActive) return { live: false, label: words.deactivated }
  if (profile?.isInvited) return { live: false, label: words.invited }
  // Admins are outside the rotation: whether they are available means nothing.
  if (role === 'admin') return { live: true, label: words.active }
  return canReceiveNewChats ? { live: true, label: words.available } : { live: false, label: words.away }
}

/** Whether somebody is here, and takes new chats. */
export function PersonState({ person }: { person: DirectoryUser }) {
  const { live, label } = stateOf(person)
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Dot look={live ? 'live' : 'off'} />
      <span className="truncate">{label}</span>
    </span>
  )
}

export function PersonPosition({ person }: { person: DirectoryUser }) {
  if (person.positionName) return <bdi>{person.positionName}</bdi>
  return person.role === 'admin' ? null : <span className="text-danger-text">{words.noPositionAgent}</span>
}
