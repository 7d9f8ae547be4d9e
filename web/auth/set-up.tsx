import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { ApiError, call } from '../api.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { meQuery } from './session.ts'
import { Strength, shortestPassword } from './strength.tsx'

const words = text.setUp

/** Read once and taken out of the address at once: a token must not stay in the history or travel in a referrer. */
function takeToken(): string {
  const token = new URLSearchParams(location.search).get('token') ?? ''
  if (token) history.replaceState(history.state, '', '/setup')
  return token
}
const token = takeToken()

export default function SetUp() {
  const navigate = useNavigate()
  const { data } = useQuery({ queryKey: ['setup'], queryFn: async () => (await call('GET /setup', {})).answer })
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`
  }, [])
  return (
    <AuthFrame caption={words.caption} foot={words.foot}>
      {data?.needed === false ? (
        <>
          <h1 className="mb-1 font-semibold text-xl tracking-[-0.018em]">{words.doneTitle}</h1>
          <p className="mb-6 text-base text-text-muted">{words.done}</p>
          <Button look="primary" size="lg" className="w-full" onClick={() => navigate('/sign-in')}>
            {words.toSignIn}
          </Button>
        </>
      ) : (
        <>
          <h1 className="mb-1 font-semibold text-xl tracking-[-0.018em]">{words.title}</h1>
          <p className="mb-6 text-base text-text-muted">{words.lead}</p>
          {token ? <FirstAdmin /> : <FormError>{words.noToken}</FormError>}
        </>
      )}
    </AuthFrame>
  )
}

function FirstAdmin() {
  const [form, setForm] = useState({ name: '', email: '', password: '' })
  const [problem, setProblem] = useState<string | null>(null)
  const [tried, setTried] = useState(0)
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const errors = tried > 0 ? mistakes(form) : {}
  const wrong = Object.keys(errors).length
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part })

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(tried + 1)
    setProblem(null)
    if (Object.keys(mistakes(form)).length > 0) return
    setBusy(true)
    try {
      const body = { token, name: form.name.trim(), email: form.email.trim(), password: form.password }
      const { answer } = await call('POST /setup', { body })
      client.setQueryData(meQuery.queryKey, answer)
      await navigate('/', { replace: true })
    } catch (error) {
      setBusy(false)
      setProblem(problemOf(error))
      if (error instanceof ApiError && error.status === 404) await client.invalidateQueries({ queryKey: ['setup'] })
    }
  }

  return (
    <form onSubmit={submit} noValidate>
      {problem && <FormError key={problem}>{problem}</FormError>}
      {!problem && wrong > 0 && (
        <FormError key={tried} title={words.mend(wrong)}>
          {words.mendRest}
        </FormError>
      )}
      <Field
        label={words.name}
        name="name"
        value={form.name}
        onChange={(name) => set({ name })}
        autoComplete="name"
        autoFocus
        maxLength={255}
        error={errors.name}
      />
      <Field
        label={words.email}
        name="email"
        type="email"
        value={form.email}
        onChange={(email) => set({ email })}
        autoComplete="username"
        maxLength={255}
        error={errors.email}
      />
      <Field
        label={words.password}
        name="password"
        type="password"
        value={form.password}
        onChange={(password) => set({ password })}
        autoComplete="new-password"
        maxLength={1024}
        error={errors.password}
        hint={<Strength password={form.password} />}
      />
      <Button type="submit" look="primary" size="lg" disabled={busy} className="mt-2 w-full max-md:h-11">
        {busy ? words.submitting : words.submit}
      </Button>
    </form>
  )
}

function mistakes(form: { name: string; email: string; password: string }) {
  const errors: { name?: string; email?: string; password?: string } = {}
  if (form.name.trim() === '') errors.name = words.nameMissing
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) errors.email = words.emailWrong
  if ([...form.password].length < shortestPassword) errors.password = words.passwordShort
  return errors
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return words.failed
  if (error.status === 0) return text.signIn.unreachable
  return error.code === 'setup_token_invalid' || error.status === 403 ? words.tokenInvalid : words.failed
}
