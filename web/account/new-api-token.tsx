import { useState } from 'react'
import { type Permission, permissions } from '../../shared/permissions.ts'
import { call } from '../api.ts'
import { queryClient } from '../app/query-client.ts'
import { attempt } from '../app/refusal.ts'
import { useMe } from '../auth/session.ts'
import { CheckBox } from '../ui/check-box.tsx'
import { CopyLine } from '../ui/copy-line.tsx'
import { Field, SelectField } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { accountText } from './text.ts'

const words = accountText.tokens

/** Makes a token and shows it the one time it can be shown. */
export function NewApiToken({ onClose }: { onClose: () => void }) {
  const [token, setToken] = useState<string | null>(null)
  const close = async () => {
    onClose()
    return undefined
  }
  if (token === null) return <Ask onMade={setToken} onClose={onClose} />
  return (
    <FormDialog
      title={words.madeTitle}
      lead={words.madeLead}
      submit={words.done}
      cancel={null}
      onSubmit={close}
      onClose={onClose}
    >
      <CopyLine label={words.token} value={token} />
    </FormDialog>
  )
}

function Ask({ onMade, onClose }: { onMade: (token: string) => void; onClose: () => void }) {
  const me = useMe()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Permission[]>([])
  const [days, setDays] = useState('90')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)

  const make = async () => {
    setTried(true)
    if (name.trim() === '' || chosen.length === 0 || password === '') return undefined
    return attempt(async () => {
      const body = { name: name.trim(), permissions: chosen, expiresInDays: Number(days), password }
      const { answer } = await call('POST /me/api-tokens', { body })
      onMade(answer.token)
      await queryClient.invalidateQueries({ queryKey: ['me', 'tokens'] })
    }, accountText.refused)
  }
  return (
    <FormDialog title={words.make} submit={words.submit} wide onSubmit={make} onClose={onClose}>
      <Field
        label={words.name}
        value={name}
        onChange={setName}
        dense
        autoFocus
        maxLength={100}
        hint={words.nameHint}
        error={tried && name.trim() === '' ? words.nameMissing : undefined}
      />
      <fieldset className="mb-4">
        <legend className="mb-1.5 font-medium text-xs">{words.mayDo}</legend>
        {me.permissions.length === 0 && <p className="text-text-muted">{words.noneToGive}</p>}
        <div className="grid grid-cols-2 gap-x-4 gap-y-2 max-md:grid-cols-1">
          {me.permissions.map((code) => (
            <CheckBox
              key={code}
              label={permissions[code][0]}
              checked={chosen.includes(code)}
              onChange={(on) => setChosen(on ? [...chosen, code] : chosen.filter((other) => other !== code))}
            />
          ))}
        </div>
        {tried && chosen.length === 0 && <p className="mt-1.5 text-danger-text text-xs">{words.nothingChosen}</p>}
      </fieldset>
      <SelectField label={words.expires} value={days} onChange={setDays} dense>
        {Object.entries(words.days).map(([count, label]) => (
          <option key={count} value={count}>
            {label}
          </option>
        ))}
      </SelectField>
      <Field
        label={accountText.currentPassword}
        type="password"
        value={password}
        onChange={setPassword}
        dense
        autoComplete="current-password"
        maxLength={1024}
        className="mb-0"
        error={tried && password === '' ? accountText.fillIn : undefined}
      />
    </FormDialog>
  )
}
