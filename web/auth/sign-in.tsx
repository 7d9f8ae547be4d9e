import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { ApiError, call } from '../api.ts'
import { span } from '../dates.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { meQuery, signInOptionsQuery } from './session.ts'

const words = text.signIn

/** Only places of our own: never an address somebody put into a link. */
const safePath = (path: string | null) =>
  path && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in') ? path : '/'

/** Where a number without its country is most likely from: where this device is from. */
const region = new Intl.Locale(navigator.language).maximize().region
const isLocalNumber = (login: string) => /^[\d\s()./-]{6,}$/.test(login.trim())

export default function SignIn() {
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [tried, setTried] = useState(0)
  const [busy, setBusy] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const query = new URLSearchParams(useLocation().search)
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(tried + 1)
    if (busy || login.trim() === '' || password === '' || code?.trim() === '') return
    setBusy(true)
    setProblem(null)
    try {
      const body = {
        login: login.trim(),
        password,
        ...(region && isLocalNumber(login) ? { country: region } : {}),
        ...(code === null ? {} : { code: code.trim() }),
      }
      const { answer } = await call('POST /session', { body })
      client.setQueryData(meQuery.queryKey, answer)
      await navigate(safePath(query.get('from')), { replace: true })
    } catch (error) {
      setBusy(false)
      setTried(0)
      if (error instanceof ApiError && error.code === 'code_required') return setCode('')
      setProblem(problemOf(error))
    }
  }
  const startOver = () => {
    setCode(null)
    setPassword('')
    setProblem(null)
  }

  return (
    <AuthFrame caption={location.host} foot={text.product}>
      <h1 className="mb-6 font-semibold text-xl tracking-[-0.018em]">
        {code === null ? words.title : words.codeTitle}
      </h1>
      {problem && <FormError key={problem}>{problem}</FormError>}
      {!problem && query.has('expired') && code === null && (
        <p className="mb-5 rounded-sm bg-surface-sunken px-3 py-2.5">{words.expired}</p>
      )}
      <form onSubmit={submit} noValidate>
        {code === null ? (
          <Names login={login} setLogin={setLogin} password={password} setPassword={setPassword} tried={tried > 0} />
        ) : (
          <Field
            key="code"
            label={words.code}
            name="code"
            value={code}
            onChange={setCode}
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            maxLength={64}
            hint={words.codeHint}
            error={tried > 0 && code.trim() === '' ? words.required : undefined}
          />
        )}
        <Button type="submit" look="primary" size="lg" disabled={busy} className="mt-2 w-full max-md:h-11">
          {busy ? words.submitting : words.submit}
        </Button>
      </form>
      {code === null ? (
        <>
          <p className="mt-4 text-text-muted text-xs">{words.stays}</p>
          <Forgotten />
        </>
      ) : (
        <button type="button" className="link mt-4" onClick={startOver}>
          {words.startOver}
        </button>
      )}
    </AuthFrame>
  )
}

interface NamesProps {
  login: string
  setLogin: (login: string) => void
  password: string
  setPassword: (password: string) => void
  tried: boolean
}

function Names({ login, setLogin, password, setPassword, tried }: NamesProps) {
  const country = region && new Intl.DisplayNames('en', { type: 'region' }).of(region)
  return (
    <>
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
        hint={country && isLocalNumber(login) ? words.numberOf(country) : undefined}
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
    </>
  )
}

function Forgotten() {
  const { data } = useQuery(signInOptionsQuery)
  return (
    <p className="mt-2 text-text-muted text-xs">
      {data?.resetByMail ? (
        <Link to="/forgotten-password" className="link">
          {words.forgottenLink}
        </Link>
      ) : (
        words.forgotten
      )}
    </p>
  )
}

function problemOf(error: unknown): string {
  if (!(error instanceof ApiError)) return words.failed
  if (error.status === 0) return words.unreachable
  if (error.status === 429) return tooMany(error.details)
  if (error.code === 'code_wrong') return words.codeWrong
  return error.status === 401 ? words.wrong : words.failed
}

function tooMany(details: unknown): string {
  const seconds: unknown = details && typeof details === 'object' ? Reflect.get(details, 'retryAfterSeconds') : null
  return typeof seconds === 'number' && seconds > 60 ? words.blockedFor(span(seconds * 1000)) : words.blocked
}
