import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { call } from '../api.ts'
import { refusalWords } from '../app/refusal.ts'
import { may, signInOptionsQuery, useMe } from '../auth/session.ts'
import { Strength, shortestPassword } from '../auth/strength.tsx'
import { Field, SelectField } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { say } from '../ui/toast.tsx'
import {
  type Identity,
  type IdentityErrors,
  IdentityFields,
  identityMistakes,
  refusedField,
} from './identity-fields.tsx'
import { InvitationLink } from './invitation-link.tsx'
import { refreshPeople } from './people-queries.ts'
import { PositionOptions } from './position-options.tsx'
import { teamText } from './text.ts'

const words = teamText.form
const nobody: Identity = { name: '', email: '', contactNumber: '', country: '', empId: '' }

interface Made {
  id: string
  name: string
  link: string
  mailed: boolean
}

/** A new person, with an invitation or a password. */
export function AddPerson({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null)
  const navigate = useNavigate()
  const close = () => {
    onClose()
    if (made) void navigate(`/team/people/${made.id}`)
  }
  return made ? <InvitationLink {...made} onClose={close} /> : <Ask onMade={setMade} onClose={onClose} />
}

function Ask({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const me = useMe()
  const { data: options } = useQuery(signInOptionsQuery)
  const [identity, setIdentity] = useState(nobody)
  const [role, setRole] = useState<'agent' | 'admin'>('agent')
  const [positionId, setPositionId] = useState('')
  const [way, setWay] = useState<'invitation' | 'password'>('invitation')
  const [password, setPassword] = useState('')
  const [errors, setErrors] = useState<IdentityErrors & { password?: string }>({})
  const mailed = Boolean(options?.resetByMail && identity.email.trim())

  const add = async () => {
    const short = way === 'password' && [...password].length < shortestPassword
    const mistakes = { ...identityMistakes(identity), ...(short ? { password: words.passwordShort } : {}) }
    setErrors(mistakes)
    if (Object.keys(mistakes).length > 0) return undefined
    try {
      const body = { ...identity, role, positionId: positionId || null, ...(way === 'password' ? { password } : {}) }
      const { answer } = await call('POST /users', { body })
      await refreshPeople()
      const { id, name } = answer.user
      if (answer.invitationLink) {
        onMade({ id, name, link: answer.invitationLink, mailed })
      } else {
        onClose()
        say(words.made(name))
      }
      return undefined
    } catch (error) {
      const field = refusedField(error)
      setErrors(field ?? {})
      return field ? undefined : refusalWords(error, teamText.refused)
    }
  }
  return (
    <FormDialog title={words.addTitle} submit={words.submit} wide onSubmit={add} onClose={onClose}>
      <IdentityFields identity={identity} errors={errors} onChange={(part) => setIdentity({ ...identity, ...part })} />
      <div className="grid grid-cols-2 gap-x-3 max-md:grid-cols-1">
        {me.role === 'admin' && (
          <SelectField
            label={words.role}
            value={role}
            onChange={(chosen) => setRole(chosen === 'admin' ? 'admin' : 'agent')}
            dense
            hint={role === 'admin' ? words.adminHint : undefined}
          >
            <option value="agent">{words.roles.agent}</option>
            <option value="admin">{words.roles.admin}</option>
          </SelectField>
        )}
        {may(me, 'position:assign') && (
          <SelectField label={words.position} value={positionId} onChange={setPositionId} dense>
            <PositionOptions />
          </SelectField>
        )}
      </div>
      <div className="mb-1.5 font-medium text-xs">{words.how}</div>
      <Segmented
        label={words.how}
        value={way}
        options={[
          ['invitation', words.ways.invitation],
          ['password', words.ways.password],
        ]}
        onChange={setWay}
      />
      {way === 'invitation' ? (
        <p className="mt-1.5 text-text-muted text-xs">{mailed ? words.invitationMail : words.invitationHand}</p>
      ) : (
        <Field
          label={words.password}
          type="password"
          value={password}
          onChange={setPassword}
          dense
          autoComplete="new-password"
          maxLength={1024}
          error={errors.password}
          hint={<Strength password={password} />}
          className="mt-3 mb-0"
        />
      )}
    </FormDialog>
  )
}
