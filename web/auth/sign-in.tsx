import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { ApiError, call } from '../api.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { meQuery } from './session.ts'

const words = text.signIn

/** Only places of our own: never an address somebody put into a link. */
const safePath = (path: string | null) =>
  path && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/'

export default function SignIn() {
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const query = new URLSearchParams(useLocation().search)
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (login.trim() === '' || password === '') return
    setBusy(true)
    setProblem(null)
    try {
      const { answer } = await call('POST /session', { body: { login: login.trim(), password } })
      client.setQueryData(meQuery.queryKey, answer)
      await navigate(safePath(query.get('from')), { replace: true })
    } catch (error) {
      setProblem(problemOf(error))
      setBusy(false)
    }
  }

  return (
    <AuthFrame caption={location.host} foot={text.product}>
      <h1 className="mb-6 font-semibold text-xl tracking-[-0.018em]">{words.title}</h1>
      {problem && <FormError key={problem}>{problem}</FormError>}
      {!problem && query.has('expired') && (
        <p className="mb-5 rounded-sm bg-surface-sunken px-3 py-2.5">{words.expired}</p>
      )}
      <form onSubmit={submit} noValidate>
        <Field
          label={words.login}
          name="login"
          value={login}
          onChange={setLogin}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          maxLength={255}
          error={tried && login.trim() === '' ? words.required : undefined}
        />
        <Field
          label={words.password}
          name="password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          maxLength={1024}
          error={tried && password === '' ? words.required : undefined}
        />
        <Button type="submit" look="primary" size="lg" disabled={busy} className="mt-2 w-full max-md:h-11">
          {busy ? words.submitting : words.submit}
        </Button>
      </form>
      <p className="mt-4 text-text-muted text-xs">{words.stays}</p>
      <p className="mt-2 text-text-muted text-xs">{words.forgotten}</p>
    </AuthFrame>
  )
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return words.failed
  if (error.status === 0) return words.unreachable
  if (error.status === 429) return words.blocked
  return error.status === 401 ? words.wrong : words.failed
}
