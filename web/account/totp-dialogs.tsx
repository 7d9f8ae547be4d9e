import { useQueryClient } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { TotpEnrolment } from '../../shared/account.ts'
import { call } from '../api.ts'
import { attempt } from '../app/refusal.ts'
import { Field } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { say } from '../ui/toast.tsx'
import { QrCode } from './qr-code.tsx'
import { accountText } from './text.ts'

const words = accountText.totp

interface Props {
  onClose: () => void
}

/** Password, then the app, then a first code, then the recovery codes. */
export function SetUpTotp({ onClose }: Props) {
  const [enrolment, setEnrolment] = useState<TotpEnrolment | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const client = useQueryClient()
  const close = () => {
    onClose()
    if (codes) void client.invalidateQueries({ queryKey: ['me'] })
  }
  if (codes) return <RecoveryCodes codes={codes} onClose={close} />
  if (!enrolment) {
    return (
      <AskPassword
        title={words.beginTitle}
        lead={accountText.currentPasswordWhy}
        submit={words.begin}
        onClose={onClose}
        run={async (password) => setEnrolment((await call('POST /me/totp', { body: { password } })).answer)}
      />
    )
  }
  const done = (made: string[]) => {
    setCodes(made)
    void client.invalidateQueries({ queryKey: ['me', 'totp'] })
  }
  return <Confirm enrolment={enrolment} onDone={done} onClose={onClose} />
}

function Confirm({
  enrolment: { secret, uri },
  onDone,
  onClose,
}: Props & { enrolment: TotpEnrolment; onDone: (codes: string[]) => void }) {
  const [code, setCode] = useState('')
  const confirm = () =>
    attempt(
      async () => onDone((await call('POST /me/totp/confirmation', { body: { code } })).answer.recoveryCodes),
      accountText.refused,
    )
  return (
    <FormDialog
      title={words.scanTitle}
      lead={words.scan}
      submit={words.confirm}
      disabled={code.replaceAll(/\s/g, '').length !== 6}
      onSubmit={confirm}
      onClose={onClose}
    >
      <QrCode value={uri} label={words.qr} />
      <p className="mt-3 text-center text-xs">
        <span className="text-text-muted">{words.key}: </span>
        <code className="break-all font-mono">{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <p className="mt-1 mb-4 text-center text-xs">
        <a href={uri} className="link">
          {words.open}
        </a>
      </p>
      <Field
        label={words.code}
        value={code}
        onChange={setCode}
        dense
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={7}
        autoFocus
        hint={words.codeHint}
        className="mb-0"
      />
    </FormDialog>
  )
}

function RecoveryCodes({ codes, onClose }: Props & { codes: string[] }) {
  const close = async () => {
    onClose()
    return undefined
  }
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`
  return (
    <FormDialog
      title={words.codesTitle}
      lead={words.codesLead}
      submit={words.kept}
      cancel={null}
      onSubmit={close}
      onClose={onClose}
    >
      <ul
        aria-label={words.codes}
        className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-sm bg-surface-sunken px-4 py-3 text-center font-mono"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <a href={file} download={words.file} className="link mt-3 inline-flex items-center gap-1.5">
        <Icon of={Download} size={14} />
        {words.download}
      </a>
    </FormDialog>
  )
}

export function TurnOffTotp({ onClose }: Props) {
  const client = useQueryClient()
  return (
    <AskPassword
      title={words.removeTitle}
      lead={words.removeLead}
      submit={words.remove}
      cancel={words.keep}
      danger
      onClose={onClose}
      run={async (password) => {
        await call('POST /me/totp/removal', { body: { password } })
        await client.invalidateQueries({ queryKey: ['me'] })
        say(words.removed)
        onClose()
      }}
    />
  )
}

export function NewRecoveryCodes({ onClose }: Props) {
  const [codes, setCodes] = useState<string[] | null>(null)
  const client = useQueryClient()
  if (codes) return <RecoveryCodes codes={codes} onClose={onClose} />
  return (
    <AskPassword
      title={words.newCodesTitle}
      lead={words.newCodesLead}
      submit={words.makeCodes}
      onClose={onClose}
      run={async (password) => {
        setCodes((await call('POST /me/totp/recovery-codes', { body: { password } })).answer.recoveryCodes)
        await client.invalidateQueries({ queryKey: ['me', 'totp'] })
      }}
    />
  )
}

interface AskProps extends Props {
  title: string
  lead: string
  submit: string
  cancel?: string
  danger?: boolean
  run: (password: string) => Promise<void>
}

function AskPassword({ run, ...dialog }: AskProps) {
  const [password, setPassword] = useState('')
  return (
    <FormDialog
      {...dialog}
      disabled={password === ''}
      onSubmit={() => attempt(() => run(password), accountText.refused)}
    >
      <Field
        label={accountText.currentPassword}
        type="password"
        value={password}
        onChange={setPassword}
        dense
        autoComplete="current-password"
        autoFocus
        maxLength={1024}
        className="mb-0"
      />
    </FormDialog>
  )
}
