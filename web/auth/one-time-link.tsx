import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import type { OneTimeLink as Known } from '../../shared/account.ts'
import { ApiError, call } from '../api.ts'
import { refusalWords } from '../app/refusal.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Field, FormError } from '../ui/field.tsx'
import { AuthFrame } from './auth-frame.tsx'
import { Strength, shortestPassword } from './strength.tsx'
import { authText } from './text.ts'

const words = authText.link

/** Taken out of the address at once, and kept beside it: a token must not travel in a link or a referrer. */
function useToken(): string {
  const { search, pathname, state } = useLocation()
  const navigate = useNavigate()
  const given = new URLSearchParams(search).get('token')
  useEffect(() => {
    if (given !== null) void navigate(pathname, { replace: true, state: { token: given } })
  }, [given, pathname, navigate])
  const kept: unknown = state && typeof state === 'object' ? Reflect.get(state, 'token') : null
  return given ?? (typeof kept === 'string' ? kept : '')
}

const isInvalid = (error: unknown) => error instanceof ApiError && (error.status === 404 || error.status === 400)

/** Where the links of letters and invitations lead: choosing a password. */
export default function OneTimeLink() {
  const token = useToken()
  const [done, setDone] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['link', token],
    queryFn: async ({ signal }) => (await call('GET /password-resets/:token', { token: token || '-', signal })).answer,
    enabled: !done,
  })
  useEffect(() => {
    document.title = `${words.resetTitle} · ${text.product}`
  }, [])
  return (
    <AuthFrame caption={words.caption} foot={text.product}>
      {done ? (
        <Done />
      ) : isInvalid(error) ? (
        <Invalid />
      ) : data ? (
        <ChoosePassword token={token} link={data} onDone={() => setDone(true)} onInvalid={() => void refetch()} />
      ) : error ? (
        <>
          <FormError>{words.failed}</FormError>
          <Button onClick={() => void refetch()}>{text.retry}</Button>
        </>
      ) : (
        <p aria-busy="true" className="text-text-muted">
          {text.loading}
        </p>
      )}
    </AuthFrame>
  )
}

function Heading({ title, lead }: { title: string; lead: string }) {
  return (
    <>
      <h1 className="mb-1 break-words font-semibold text-xl tracking-[-0.018em]">{title}</h1>
      <p className="mb-6 text-base text-text-muted">{lead}</p>
    </>
  )
}

function Done() {
  const navigate = useNavigate()
  return (
    <div role="status">
      <Heading title={words.doneTitle} lead={words.done} />
      <Button
        look="primary"
        size="lg"
        className="w-full max-md:h-11"
        onClick={() => navigate('/sign-in', { replace: true })}
      >
        {words.toSignIn}
      </Button>
    </div>
  )
}

function Invalid() {
  return (
    <>
      <Heading title={words.invalidTitle} lead={words.invalid} />
      <p className="flex gap-4">
        <Link to="/forgotten-password" className="link">
          {words.askAgain}
        </Link>
        <Link to="/sign-in" className="link">
          {words.toSignIn}
        </Link>
      </p>
    </>
  )
}

interface ChooseProps {
  token: string
  link: Known
  onDone: () => void
  onInvalid: () => void
}

function ChoosePassword({ token, link, onDone, onInvalid }: ChooseProps) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [tried, setTried] = useState(0)
  const [busy, setBusy] = useState(false)
  const tooShort = [...password].length < shortestPassword
  const notSame = password !== again
  const invited = link.purpose === 'invitation'

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(tried + 1)
    setProblem(null)
    if (tooShort || notSame || busy) return
    setBusy(true)
    try {
      await call('POST /password-resets/use', { body: { token, password } })
      onDone()
    } catch (error) {
      setBusy(false)
      if (error instanceof ApiError && error.code === 'link_invalid') return onInvalid()
      setProblem(refusalWords(error, words.refused))
    }
  }
  return (
    <form onSubmit={submit} noValidate>
      <Heading
        title={invited ? words.invitationTitle(link.name) : words.resetTitle}
        lead={invited ? words.invitationLead : words.resetLead(link.name)}
      />
      {problem && <FormError key={tried}>{problem}</FormError>}
      <input type="hidden" name="username" autoComplete="username" value={link.email ?? ''} readOnly />
      <Field
        label={words.password}
        name="password"
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        autoFocus
        maxLength={1024}
        error={tried > 0 && tooShort ? words.tooShort : undefined}
        hint={<Strength password={password} />}
      />
      <Field
        label={words.again}
        name="again"
        type="password"
        value={again}
        onChange={setAgain}
        autoComplete="new-password"
        maxLength={1024}
        error={tried > 0 && !tooShort && notSame ? words.notSame : undefined}
      />
      <Button type="submit" look="primary" size="lg" disabled={busy} className="mt-2 w-full max-md:h-11">
        {busy ? words.submitting : words.submit}
      </Button>
    </form>
  )
}
