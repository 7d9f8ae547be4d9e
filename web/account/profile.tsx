import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { permissions } from '../../shared/permissions.ts'
import { ApiError, call } from '../api.ts'
import { Column, Screen } from '../app/area.tsx'
import { refusalWords } from '../app/refusal.ts'
import { useAvailability } from '../auth/availability.ts'
import { meQuery, useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { SettingRows, Settings } from '../ui/settings.tsx'
import { Switch } from '../ui/switch.tsx'
import { say } from '../ui/toast.tsx'
import { accountText } from './text.ts'

const words = accountText.profile

export default function Profile() {
  const me = useMe()
  const availability = useAvailability()
  return (
    <Screen title={words.title}>
      <Column>
        <Settings>
          {/* A change from elsewhere starts the form anew; it is small. */}
          <ProfileForm key={`${me.name} ${me.email} ${me.contactNumber}`} />
        </Settings>
        {me.role === 'agent' && (
          <Settings title={words.availability}>
            <SettingRows>
              <Switch
                label={text.own.available}
                hint={me.canReceiveNewChats ? text.own.availableHint : text.own.awayHint}
                checked={me.canReceiveNewChats}
                disabled={availability.isPending}
                onChange={(on) => availability.mutate(on)}
              />
            </SettingRows>
          </Settings>
        )}
        <Settings
          title={words.permissions}
          lead={
            me.role === 'admin'
              ? words.everything
              : (me.positionName ?? (me.permissions.length === 0 ? words.nothing : undefined))
          }
        >
          {me.role !== 'admin' && me.permissions.length > 0 && (
            <dl className="divide-y divide-border border-border border-y">
              {me.permissions.map((code) => (
                <div key={code} className="py-2">
                  <dt>{permissions[code][0]}</dt>
                  <dd className="text-text-muted text-xs">{permissions[code][1]}</dd>
                </div>
              ))}
            </dl>
          )}
        </Settings>
      </Column>
    </Screen>
  )
}

function ProfileForm() {
  const me = useMe()
  const client = useQueryClient()
  const before = { name: me.name, email: me.email ?? '', contactNumber: me.contactNumber ?? '' }
  const [form, setForm] = useState(before)
  const [currentPassword, setCurrentPassword] = useState('')
  const [refused, setRefused] = useState<unknown>(null)
  const [tries, setTries] = useState(0)
  const [busy, setBusy] = useState(false)
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part })
  const keys = Object.keys(before) as (keyof typeof before)[]
  const changed = keys.filter((key) => form[key].trim() !== before[key])
  const signsIn = changed.some((key) => key !== 'name')
  const field = fieldOf(refused)

  const save = async (event: FormEvent) => {
    event.preventDefault()
    setTries(tries + 1)
    setRefused(null)
    if (busy || form.name.trim() === '' || (signsIn && currentPassword === '')) return
    setBusy(true)
    try {
      const body = {
        ...Object.fromEntries(changed.map((key) => [key, form[key].trim()])),
        ...(signsIn ? { currentPassword } : {}),
      }
      const { answer } = await call('PATCH /me', { body })
      client.setQueryData(meQuery.queryKey, answer)
      say(words.saved)
    } catch (error) {
      setRefused(error)
    }
    setBusy(false)
  }
  return (
    <form onSubmit={save} noValidate>
      {refused !== null && !field && <FormError key={tries}>{refusalWords(refused, accountText.refused)}</FormError>}
      <Field
        label={words.name}
        value={form.name}
        onChange={(name) => set({ name })}
        dense
        autoComplete="name"
        maxLength={255}
        error={tries > 0 && form.name.trim() === '' ? words.nameMissing : undefined}
      />
      <Field
        label={words.email}
        type="email"
        optional
        value={form.email}
        onChange={(email) => set({ email })}
        dense
        autoComplete="email"
        maxLength={255}
        error={field?.name === 'email' ? field.words : undefined}
      />
      <Field
        label={words.contactNumber}
        type="tel"
        optional
        value={form.contactNumber}
        onChange={(contactNumber) => set({ contactNumber })}
        dense
        autoComplete="tel"
        maxLength={50}
        hint={words.contactHint}
        error={field?.name === 'contactNumber' ? field.words : undefined}
      />
      {me.empId && (
        <Field label={words.empId} value={me.empId} onChange={() => {}} dense disabled hint={words.empIdHint} />
      )}
      {signsIn && (
        <Field
          label={accountText.currentPassword}
          type="password"
          value={currentPassword}
          onChange={setCurrentPassword}
          dense
          autoComplete="current-password"
          maxLength={1024}
          hint={accountText.currentPasswordWhy}
          error={tries > 0 && currentPassword === '' ? accountText.fillIn : undefined}
        />
      )}
      <Button type="submit" look="primary" disabled={busy || changed.length === 0} className="max-md:h-11">
        {words.save}
      </Button>
    </form>
  )
}

function fieldOf(error: unknown): { name: string; words: string } | null {
  if (!(error instanceof ApiError) || !error.details || typeof error.details !== 'object') return null
  const name: unknown = Reflect.get(error.details, 'field')
  return name === 'email' || name === 'contactNumber' ? { name, words: error.message } : null
}
