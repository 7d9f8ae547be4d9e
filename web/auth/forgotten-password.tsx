import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { ApiError, call } from '../api.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { signInOptionsQuery } from './session.ts'
import { authText } from './text.ts'

const words = authText.forgotten

export default function ForgottenPassword() {
  const { data } = useQuery(signInOptionsQuery)
  const [sentTo, setSentTo] = useState<string | null>(null)
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`
  }, [])
  return (
    <AuthFrame caption={location.host} foot={text.product}>
      <h1 className="mb-1 font-semibold text-xl tracking-[-0.018em]">{sentTo ? words.sentTitle : words.title}</h1>
      {data?.resetByMail === false ? (
        <p className="mb-6 text-base text-text-muted">{words.noMail}</p>
      ) : sentTo ? (
        <p role="status" className="mb-6 text-base text-text-muted">
          {words.sent(sentTo)}
        </p>
      ) : (
        <Ask onSent={setSentTo} />
      )}
      <p className="mt-4">
        <Link to="/sign-in" className="link">
          {words.back}
        </Link>
      </p>
    </AuthFrame>
  )
}

function Ask({ onSent }: { onSent: (email: string) => void }) {
  const [email, setEmail] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [tried, setTried] = useState(0)
  const [busy, setBusy] = useState(false)
  const wrong = !/^[^\s@]+@[^\s@]+$/.test(email.trim())

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(tried + 1)
    setProblem(null)
    if (wrong || busy) return
    setBusy(true)
    try {
      await call('POST /password-resets', { body: { email: email.trim() } })
      onSent(email.trim())
    } catch (error) {
      setProblem(error instanceof ApiError && error.status === 0 ? text.signIn.unreachable : words.failed)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit} noValidate>
      <p className="mb-6 text-base text-text-muted">{words.lead}</p>
      {problem && <FormError key={tried}>{problem}</FormError>}
      <Field
        label={words.email}
        name="email"
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="username"
        autoFocus
        maxLength={255}
        error={tried > 0 && wrong ? words.emailWrong : undefined}
      />
      <Button type="submit" look="primary" size="lg" disabled={busy} className="mt-2 w-full max-md:h-11">
        {busy ? words.submitting : words.submit}
      </Button>
    </form>
  )
}
