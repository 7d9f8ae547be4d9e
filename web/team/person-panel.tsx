import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Compass, Pencil } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { DirectoryUser } from '../../shared/team.ts'
import { ApiError, call } from '../api.ts'
import { useNow } from '../app/now.ts'
import { attempt } from '../app/refusal.ts'
import { may, useMe } from '../auth/session.ts'
import { age, fullDate, number } from '../dates.ts'
import { text } from '../text.ts'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts, PanelSection, SidePanel } from '../ui/side-panel.tsx'
import { Switch } from '../ui/switch.tsx'
import { sayFailure } from '../ui/toast.tsx'
import { countryName } from './countries.ts'
import { EditPerson } from './edit-person.tsx'
import { personQuery, refreshPeople } from './people-queries.ts'
import { PersonActions } from './person-actions.tsx'
import { PersonHistory } from './person-history.tsx'
import { PersonPosition, PersonState } from './person-state.tsx'
import { teamText } from './text.ts'

const words = teamText.person

export function PersonPanel({ id, back }: { id: string; back: string }) {
  const { data: person, error, refetch } = useQuery(personQuery(id))
  const navigate = useNavigate()
  if (!person) {
    const gone = error instanceof ApiError && (error.status === 404 || error.status === 400)
    return (
      <SidePanel label={words.label('')} title={text.loading} back={back}>
        {error && (
          <EmptyState
            icon={gone ? Compass : CircleAlert}
            warn={!gone}
            title={gone ? words.gone : words.failed}
            action={
              gone
                ? { label: text.close, run: () => void navigate(back) }
                : { label: text.retry, run: () => void refetch() }
            }
          >
            {gone ? words.goneBody : text.error.body}
          </EmptyState>
        )}
      </SidePanel>
    )
  }
  return <Known person={person} back={back} />
}

function Known({ person, back }: { person: DirectoryUser; back: string }) {
  const me = useMe()
  const [editing, setEditing] = useState(false)
  const own = person.id === me.id
  // Whoever is not an admin changes nothing about admins; the server says so too.
  const mayManage = may(me, 'user:manage') && (person.role !== 'admin' || me.role === 'admin')
  return (
    <SidePanel
      label={words.label(person.name)}
      title={<bdi>{person.name}</bdi>}
      back={back}
      end={mayManage && !own && <IconButton icon={Pencil} label={words.edit} onClick={() => setEditing(true)} />}
    >
      <Who person={person} />
      {mayManage && !own && person.role === 'agent' && person.isActive && <Availability person={person} />}
      {own ? (
        <PanelSection>
          <p>
            {words.you}{' '}
            <Link to="/account" className="link">
              {words.toAccount}
            </Link>
          </p>
        </PanelSection>
      ) : (
        <PersonActions person={person} mayManage={mayManage} />
      )}
      {may(me, 'audit:view') && <PersonHistory person={person} />}
      {editing && <EditPerson person={person} onClose={() => setEditing(false)} />}
    </SidePanel>
  )
}

function Who({ person }: { person: DirectoryUser }) {
  const now = useNow(15_000)
  const { profile, lastSeenAt } = person
  const fact = (name: string, value: ReactNode) => (
    <>
      <dt>{name}</dt>
      <dd>{value ?? <span className="text-text-faint">{words.none}</span>}</dd>
    </>
  )
  return (
    <PanelSection>
      <div className="mb-3 flex items-center gap-3">
        <Avatar id={person.id} name={person.name} size={44} />
        <div className="min-w-0 flex-1">
          <div className="break-words font-semibold text-base">
            <bdi>{person.name}</bdi>
          </div>
          <PersonState person={person} />
        </div>
      </div>
      <Facts>
        {fact(words.role, teamText.form.roles[person.role])}
        {fact(words.position, <PersonPosition person={person} />)}
        {fact(words.chats, number(person.assignedChats))}
        {fact(
          words.lastSeen,
          lastSeenAt ? <time title={fullDate(lastSeenAt)}>{age(lastSeenAt, now)}</time> : teamText.people.never,
        )}
        {fact(words.since, words.sinceDate(person.createdAt))}
        {profile && (
          <>
            {fact(words.email, profile.email && <bdi>{profile.email}</bdi>)}
            {fact(words.contactNumber, profile.contactNumber && <bdi>{profile.contactNumber}</bdi>)}
            {fact(words.country, profile.country && countryName(profile.country))}
            {fact(words.empId, profile.empId && <bdi>{profile.empId}</bdi>)}
          </>
        )}
      </Facts>
    </PanelSection>
  )
}

function Availability({ person }: { person: DirectoryUser }) {
  const [busy, setBusy] = useState(false)
  const set = async (canReceiveNewChats: boolean) => {
    setBusy(true)
    const failed = await attempt(async () => {
      await call('PUT /users/:id/availability', { id: person.id, body: { canReceiveNewChats } })
      await refreshPeople()
    }, teamText.refused)
    setBusy(false)
    if (failed) sayFailure(failed)
  }
  return (
    <div className="border-border border-b px-2 py-1.5">
      <Switch
        label={words.availability}
        hint={words.availabilityHint}
        checked={person.canReceiveNewChats}
        disabled={busy}
        onChange={(on) => void set(on)}
      />
    </div>
  )
}
