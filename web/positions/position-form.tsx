import { useQueryClient } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Permission } from '../../shared/permissions.ts'
import type { PositionDetail } from '../../shared/position.ts'
import { ApiError, call } from '../api.ts'
import { refusalWords } from '../app/refusal.ts'
import { may, useMe } from '../auth/session.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError, TextAreaField } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { say } from '../ui/toast.tsx'
import { PermissionTable } from './permission-table.tsx'
import { positionText as words } from './text.ts'

interface Form {
  name: string
  slug: string
  description: string
  permissions: Permission[]
}

const formOf = (position: PositionDetail | null): Form => ({
  name: position?.name ?? '',
  slug: '',
  description: position?.description ?? '',
  permissions: position?.permissions ?? [],
})

const sameCodes = (a: readonly Permission[], b: readonly Permission[]) =>
  a.length === b.length && a.every((code) => b.includes(code))

/** Makes a position, or changes one. */
export function PositionForm({ position }: { position: PositionDetail | null }) {
  const before = formOf(position)
  const [form, setForm] = useState(before)
  const [tries, setTries] = useState(0)
  const [refused, setRefused] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const set = (part: Partial<Form>) => setForm({ ...form, ...part })

  const locked = lockedBecause(me, position)
  const ownPosition = position !== null && me.positionId === position.id && me.role !== 'admin'
  const dirty =
    position === null ||
    position.fault !== null ||
    form.name !== before.name ||
    form.description !== before.description ||
    !sameCodes(form.permissions, before.permissions)
  const slugTaken = refused instanceof ApiError && refused.code === 'slug_taken'
  const errors = tries > 0 ? mistakes(form) : {}

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTries(tries + 1)
    setRefused(null)
    if (busy || Object.keys(mistakes(form)).length > 0) return
    setBusy(true)
    try {
      const name = form.name.trim()
      const description = form.description.trim() || null
      if (position) {
        const permissions = ownPosition ? {} : { permissions: form.permissions }
        await call('PATCH /positions/:id', { id: position.id, body: { name, description, ...permissions } })
        say(words.saved)
      } else {
        const slug = form.slug.trim() ? { slug: form.slug.trim() } : {}
        const body = { name, description, permissions: form.permissions, ...slug }
        const { answer } = await call('POST /positions', { body })
        say(words.made(answer.name))
        await navigate(`/team/positions/${answer.id}`, { replace: true })
      }
      await client.invalidateQueries({ queryKey: ['positions'] })
    } catch (error) {
      setRefused(error)
    }
    setBusy(false)
  }

  return (
    <form onSubmit={submit} noValidate>
      {refused !== null && !slugTaken && <FormError key={tries}>{refusalWords(refused, words.refused)}</FormError>}
      {locked && <Notice>{locked}</Notice>}
      {ownPosition && !locked && <Notice>{words.ownPosition}</Notice>}
      {position?.fault && <Notice>{words.fault[position.fault]}</Notice>}
      <Field
        label={words.name}
        value={form.name}
        onChange={(name) => set({ name })}
        dense
        maxLength={255}
        disabled={locked !== null}
        error={errors.name}
        hint={position?.isSystem ? words.systemHint : undefined}
      />
      {!position && (
        <Field
          label={words.shortName}
          optional
          value={form.slug}
          onChange={(slug) => set({ slug })}
          dense
          maxLength={100}
          autoCapitalize="none"
          spellCheck={false}
          error={errors.slug ?? (slugTaken ? refused.message : undefined)}
          hint={words.shortNameHint}
        />
      )}
      {(!locked || form.description) && (
        <TextAreaField
          label={words.description}
          optional={!locked}
          rows={2}
          maxLength={2000}
          disabled={locked !== null}
          value={form.description}
          onChange={(description) => set({ description })}
        />
      )}
      <PermissionTable
        chosen={form.permissions}
        readOnly={locked !== null || ownPosition}
        onChange={(permissions) => set({ permissions })}
      />
      {!locked && dirty && (
        <div className="sticky bottom-0 -mx-4 mt-5 flex items-center gap-2 border-border border-t bg-surface px-4 py-3">
          <Button type="submit" look="primary" disabled={busy} className="max-md:h-11">
            {position ? words.save : words.make}
          </Button>
          {position && position.fault === null && (
            <>
              <Button onClick={() => setForm(before)} className="max-md:h-11">
                {words.discard}
              </Button>
              <span className="text-text-muted text-xs">{words.unsaved}</span>
            </>
          )}
        </div>
      )}
    </form>
  )
}

function lockedBecause(me: ReturnType<typeof useMe>, position: PositionDetail | null): string | null {
  if (!may(me, 'position:manage')) return words.readOnly
  return position?.isSystem && me.role !== 'admin' ? words.systemReadOnly : null
}

function mistakes(form: Form): { name?: string; slug?: string } {
  return {
    ...(form.name.trim() ? {} : { name: words.nameMissing }),
    ...(/^([a-z0-9]+(-[a-z0-9]+)*)?$/.test(form.slug.trim().toLowerCase()) ? {} : { slug: words.slugWrong }),
  }
}

function Notice({ children }: { children: string }) {
  return (
    <p className="mb-4 flex items-start gap-2.5 rounded-sm bg-warn-soft px-3 py-2.5">
      <Icon of={TriangleAlert} className="mt-px text-warn" />
      {children}
    </p>
  )
}
