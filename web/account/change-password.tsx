import { type FormEvent, useState } from 'react'
import { call } from '../api.ts'
import { refusalWords } from '../app/refusal.ts'
import { Strength, shortestPassword } from '../auth/strength.tsx'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { Settings } from '../ui/settings.tsx'
import { say } from '../ui/toast.tsx'
import { accountText } from './text.ts'

const words = accountText.password
const empty = { now: '', next: '', again: '' }

export function ChangePassword() {
  const [form, setForm] = useState(empty)
  const [problem, setProblem] = useState<string | null>(null)
  const [tries, setTries] = useState(0)
  const [busy, setBusy] = useState(false)
  const set = (part: Partial<typeof empty>) => setForm({ ...form, ...part })
  const tooShort = [...form.next].length < shortestPassword
  const tried = tries > 0

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTries(tries + 1)
    setProblem(null)
    if (busy || form.now === '' || tooShort || form.next !== form.again) return
    setBusy(true)
    try {
      await call('PUT /me/password', { body: { currentPassword: form.now, newPassword: form.next } })
      setForm(empty)
      setTries(0)
      say(words.changed)
    } catch (error) {
      setProblem(refusalWords(error, accountText.refused))
    }
    setBusy(false)
  }
  return (
    <Settings title={words.title} lead={words.lead}>
      <form onSubmit={submit} noValidate>
        {problem && <FormError key={tries}>{problem}</FormError>}
        <Field
          label={accountText.currentPassword}
          type="password"
          value={form.now}
          onChange={(now) => set({ now })}
          dense
          autoComplete="current-password"
          maxLength={1024}
          error={tried && form.now === '' ? accountText.fillIn : undefined}
        />
        <Field
          label={words.now}
          type="password"
          value={form.next}
          onChange={(next) => set({ next })}
          dense
          autoComplete="new-password"
          maxLength={1024}
          error={tried && tooShort ? text.setUp.passwordShort : undefined}
          hint={<Strength password={form.next} />}
        />
        <Field
          label={words.again}
          type="password"
          value={form.again}
          onChange={(again) => set({ again })}
          dense
          autoComplete="new-password"
          maxLength={1024}
          error={tried && !tooShort && form.next !== form.again ? words.notSame : undefined}
        />
        <Button type="submit" disabled={busy} className="max-md:h-11">
          {words.submit}
        </Button>
      </form>
    </Settings>
  )
}
