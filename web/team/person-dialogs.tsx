import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DirectoryUser } from '../../shared/team.ts'
import { call } from '../api.ts'
import { attempt } from '../app/refusal.ts'
import { signInOptionsQuery } from '../auth/session.ts'
import { Strength, shortestPassword } from '../auth/strength.tsx'
import { Button } from '../ui/button.tsx'
import { Field, SelectField, TextAreaField } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { say } from '../ui/toast.tsx'
import { InvitationLink } from './invitation-link.tsx'
import { refreshPeople } from './people-queries.ts'
import { PositionOptions } from './position-options.tsx'
import { suggestPassword } from './suggest-password.ts'
import { teamText } from './text.ts'

const words = teamText.dialog

interface Props {
  person: DirectoryUser
  onClose: () => void
}

/** Does it, reads people again, says so and closes; or gives the sentence for what went wrong. */
const finish = (run: () => Promise<string>, onClose: () => void) =>
  attempt(async () => {
    const done = await run()
    await refreshPeople()
    onClose()
    say(done)
  }, teamText.refused)

export function GivePosition({ person, onClose }: Props) {
  const [positionId, setPositionId] = useState(person.positionId ?? '')
  const give = async () => {
    const body = { positionId: positionId || null }
    const { answer } = await call('PUT /users/:id/position', { id: person.id, body })
    return words.given(person.name, answer.positionName)
  }
  return (
    <FormDialog
      title={words.positionTitle(person.name)}
      lead={words.positionLead}
      submit={words.give}
      disabled={positionId === (person.positionId ?? '')}
      onSubmit={() => finish(give, onClose)}
      onClose={onClose}
    >
      <SelectField label={teamText.person.position} value={positionId} onChange={setPositionId} dense className="mb-0">
        <PositionOptions />
      </SelectField>
    </FormDialog>
  )
}

const roles = [
  ['agent', teamText.form.roles.agent],
  ['admin', teamText.form.roles.admin],
] as const

export function ChangeRole({ person, onClose }: Props) {
  const [role, setRole] = useState(person.role)
  const change = async () => {
    await call('PUT /users/:id/role', { id: person.id, body: { role } })
    return words.roleChanged(person.name, role)
  }
  return (
    <FormDialog
      title={words.roleTitle(person.name)}
      lead={words.roleLead}
      submit={words.changeRole}
      disabled={role === person.role}
      onSubmit={() => finish(change, onClose)}
      onClose={onClose}
    >
      <Segmented label={teamText.person.role} value={role} options={roles} onChange={setRole} />
    </FormDialog>
  )
}

export function ResetPassword({ person, onClose }: Props) {
  const [password, setPassword] = useState('')
  const reset = async () => {
    await call('POST /users/:id/password', { id: person.id, body: { password } })
    return words.passwordSet(person.name)
  }
  return (
    <FormDialog
      title={words.passwordTitle(person.name)}
      lead={words.passwordLead}
      submit={words.setPassword}
      disabled={[...password].length < shortestPassword}
      onSubmit={() => finish(reset, onClose)}
      onClose={onClose}
    >
      <Field
        label={words.newPassword}
        value={password}
        onChange={setPassword}
        dense
        autoComplete="off"
        autoFocus
        spellCheck={false}
        maxLength={1024}
        hint={<Strength password={password} />}
      />
      <Button size="sm" className="max-md:h-11" onClick={() => setPassword(suggestPassword())}>
        {words.suggest}
      </Button>
    </FormDialog>
  )
}

export function EndSessions({ person, onClose }: Props) {
  const end = async () => {
    await call('DELETE /users/:id/sessions', { id: person.id })
    return words.sessionsEnded(person.name)
  }
  return (
    <FormDialog
      title={words.sessionsTitle(person.name)}
      lead={words.sessionsLead}
      submit={words.endSessions}
      onSubmit={() => finish(end, onClose)}
      onClose={onClose}
    />
  )
}

export function SwitchActive({ person, onClose }: Props) {
  const [note, setNote] = useState('')
  const { isActive } = person
  const change = async () => {
    const body = { isActive: !isActive, ...(note.trim() ? { note: note.trim() } : {}) }
    const { answer } = await call('PUT /users/:id/active', { id: person.id, body })
    return isActive ? words.deactivated(person.name, answer.chats) : words.activated(person.name)
  }
  return (
    <FormDialog
      title={isActive ? words.deactivateTitle(person.name) : words.activateTitle(person.name)}
      lead={isActive ? `${words.deactivateLead} ${words.deactivateChats(person.assignedChats)}` : words.activateLead}
      submit={isActive ? words.deactivate : words.activate}
      {...(isActive ? { cancel: words.keepActive } : {})}
      danger={isActive}
      onSubmit={() => finish(change, onClose)}
      onClose={onClose}
    >
      <TextAreaField
        label={words.note}
        optional
        rows={2}
        maxLength={1000}
        value={note}
        onChange={setNote}
        className="mb-0"
      />
    </FormDialog>
  )
}

export function InviteAgain({ person, onClose }: Props) {
  const [link, setLink] = useState<string | null>(null)
  const { data: options } = useQuery(signInOptionsQuery)
  const invite = () =>
    attempt(async () => {
      const { answer } = await call('POST /users/:id/invitation', { id: person.id })
      setLink(answer.invitationLink)
    }, teamText.refused)
  if (link) {
    const mailed = Boolean(options?.resetByMail && person.profile?.email)
    return <InvitationLink name={person.name} link={link} mailed={mailed} onClose={onClose} />
  }
  return (
    <FormDialog
      title={words.inviteTitle(person.name)}
      lead={words.inviteLead}
      submit={words.makeLink}
      onSubmit={invite}
      onClose={onClose}
    />
  )
}
