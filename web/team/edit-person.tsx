import { useState } from 'react'
import type { DirectoryUser } from '../../shared/team.ts'
import { call } from '../api.ts'
import { refusalWords } from '../app/refusal.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { say } from '../ui/toast.tsx'
import { type Identity, IdentityFields, identityMistakes, refusedField } from './identity-fields.tsx'
import { refreshPeople } from './people-queries.ts'
import { teamText } from './text.ts'

const words = teamText.form

export function EditPerson({ person, onClose }: { person: DirectoryUser; onClose: () => void }) {
  const before: Identity = {
    name: person.name,
    email: person.profile?.email ?? '',
    contactNumber: person.profile?.contactNumber ?? '',
    country: person.profile?.country ?? '',
    empId: person.profile?.empId ?? '',
  }
  const [identity, setIdentity] = useState(before)
  const [errors, setErrors] = useState({})
  const keys = Object.keys(before) as (keyof Identity)[]
  const changed = keys.filter((key) => identity[key].trim() !== before[key])

  const save = async () => {
    const mistakes = identityMistakes(identity)
    setErrors(mistakes)
    if (Object.keys(mistakes).length > 0) return undefined
    try {
      const body = Object.fromEntries(changed.map((key) => [key, identity[key].trim()]))
      await call('PATCH /users/:id', { id: person.id, body })
      await refreshPeople()
      onClose()
      say(words.saved)
      return undefined
    } catch (error) {
      const field = refusedField(error)
      setErrors(field ?? {})
      return field ? undefined : refusalWords(error, teamText.refused)
    }
  }
  return (
    <FormDialog
      title={words.editTitle}
      submit={words.save}
      wide
      disabled={changed.length === 0}
      onSubmit={save}
      onClose={onClose}
    >
      <IdentityFields identity={identity} errors={errors} onChange={(part) => setIdentity({ ...identity, ...part })} />
    </FormDialog>
  )
}
