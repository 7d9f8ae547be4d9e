import { ApiError } from '../api.ts'
import { Field, SelectField } from '../ui/field.tsx'
import { countries, countryName } from './countries.ts'
import { teamText } from './text.ts'

const words = teamText.form

export interface Identity {
  name: string
  email: string
  contactNumber: string
  country: string
  empId: string
}

export type IdentityErrors = Partial<Record<keyof Identity, string>>

/** What can be seen to be wrong before the server is asked. */
export function identityMistakes(identity: Identity): IdentityErrors {
  const { name, email, contactNumber, empId } = identity
  return {
    ...(name.trim() ? {} : { name: words.nameMissing }),
    ...(email.trim() || contactNumber.trim() || empId.trim() ? {} : { email: words.identityMissing }),
  }
}

/** The field that the server found fault with, if it named one. */
export function refusedField(error: unknown): IdentityErrors | null {
  if (!(error instanceof ApiError) || !error.details || typeof error.details !== 'object') return null
  const field: unknown = Reflect.get(error.details, 'field')
  return typeof field === 'string' && /^(name|email|contactNumber|country|empId)$/.test(field)
    ? { [field]: error.message }
    : null
}

interface Props {
  identity: Identity
  errors: IdentityErrors
  onChange: (part: Partial<Identity>) => void
}

/** Who somebody is and what they sign in by. */
export function IdentityFields({ identity, errors, onChange }: Props) {
  const stored = identity.country
  const unlisted = stored !== '' && !countries.some(({ code }) => code === stored)
  return (
    <>
      <Field
        label={words.name}
        value={identity.name}
        onChange={(name) => onChange({ name })}
        dense
        autoFocus
        autoComplete="off"
        maxLength={255}
        error={errors.name}
      />
      <Field
        label={words.email}
        type="email"
        optional
        value={identity.email}
        onChange={(email) => onChange({ email })}
        dense
        autoComplete="off"
        maxLength={255}
        error={errors.email}
      />
      <div className="grid grid-cols-2 gap-x-3 max-md:grid-cols-1">
        <Field
          label={words.contactNumber}
          type="tel"
          optional
          value={identity.contactNumber}
          onChange={(contactNumber) => onChange({ contactNumber })}
          dense
          autoComplete="off"
          maxLength={50}
          error={errors.contactNumber}
        />
        <SelectField
          label={words.country}
          optional
          value={identity.country}
          onChange={(country) => onChange({ country })}
          dense
          error={errors.country}
        >
          <option value="">{words.noCountry}</option>
          {unlisted && <option value={stored}>{countryName(stored)}</option>}
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
      </div>
      <Field
        label={words.empId}
        optional
        value={identity.empId}
        onChange={(empId) => onChange({ empId })}
        dense
        autoComplete="off"
        maxLength={100}
        error={errors.empId}
        hint={words.identity}
      />
    </>
  )
}
