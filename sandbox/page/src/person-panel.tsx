import { call, type PersonView, type ThreadView } from './api.ts'
import { platformName, span } from './format.ts'
import { Switch } from './switch.tsx'

export interface PersonPanelProps {
  person: PersonView
  thread: ThreadView | undefined
  now: number
  onError: (error: unknown) => void
}

/** What Meta knows about the customer, and two things only the customer can do. */
export function PersonPanel({ person, thread, now, onError }: PersonPanelProps) {
  const change = (body: Record<string, boolean>): void => {
    call('PATCH', `people/${person.id}`, body).catch(onError)
  }
  const left = (thread?.windowEndsAt ?? 0) - now
  return (
    <div className="person-panel">
      <dl>
        <dt>{person.platform === 'page' ? 'PSID' : 'IGSID'}</dt>
        <dd className="id">{person.id}</dd>
        {person.username && (
          <>
            <dt>Name there</dt>
            <dd>
              @{person.username}, {person.followers.toLocaleString('en')} followers
            </dd>
          </>
        )}
        <dt>Window</dt>
        <dd>{left > 0 ? `open, ${span(left)} left` : 'closed'}</dd>
      </dl>
      <Switch
        label="Has blocked the shop"
        hint="sends fail with 551"
        on={person.blocked}
        onChange={(blocked) => change({ blocked })}
      />
      <Switch
        label="Profile may be seen"
        hint={`on ${platformName(person.platform)}`}
        on={person.profileVisible}
        onChange={(profileVisible) => change({ profileVisible })}
      />
    </div>
  )
}
