import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ImportOutcome } from '../../shared/team.ts'
import { ApiError, call } from '../api.ts'
import { Screen } from '../app/area.tsx'
import { refusalWords } from '../app/refusal.ts'
import { may, useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { FormError } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { ImportFaults } from './import-faults.tsx'
import { ImportFile, largestFile } from './import-file.tsx'
import { ImportMade } from './import-made.tsx'
import { refreshPeople } from './people-queries.ts'
import { teamText } from './text.ts'

const words = teamText.import

/** A file of people: looked through first, then made all together or not at all. */
export default function ImportPeople() {
  const mayImport = may(useMe(), 'user:invite')
  const [round, setRound] = useState(0)
  return (
    <Screen
      title={words.title}
      end={
        <Link
          to="/team/people"
          className="flex h-8 items-center gap-1.5 rounded-sm px-2 text-text-muted hover:text-text max-md:h-11"
        >
          <Icon of={ArrowLeft} />
          {words.back}
        </Link>
      }
    >
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        <div className="max-w-[860px] px-4 py-5">
          {mayImport ? <Import key={round} again={() => setRound(round + 1)} /> : <p>{text.refused.forbidden}</p>}
        </div>
      </div>
    </Screen>
  )
}

function Import({ again }: { again: () => void }) {
  const [csv, setCsv] = useState('')
  const [country, setCountry] = useState('')
  const [outcome, setOutcome] = useState<ImportOutcome | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [tries, setTries] = useState(0)
  const [busy, setBusy] = useState<'check' | 'make' | null>(null)

  const run = async (dryRun: boolean) => {
    setTries(tries + 1)
    setProblem(null)
    if (csv.trim() === '') return setProblem(words.empty)
    if (new Blob([csv]).size > largestFile) return setProblem(words.tooLarge)
    setBusy(dryRun ? 'check' : 'make')
    try {
      const { answer } = await call('POST /users/import', { body: { csv, dryRun, ...(country ? { country } : {}) } })
      setOutcome(answer)
      if (!dryRun) await refreshPeople()
    } catch (error) {
      const faults = faultsOf(error)
      if (faults) setOutcome({ dryRun: true, people: 0, faults, made: [] })
      else setProblem(refusalWords(error, teamText.refused))
    }
    setBusy(null)
  }
  const change = (part: { csv?: string; country?: string }) => {
    if (part.csv !== undefined) setCsv(part.csv)
    if (part.country !== undefined) setCountry(part.country)
    setOutcome(null)
    setProblem(null)
  }

  if (outcome && !outcome.dryRun) return <ImportMade outcome={outcome} again={again} />
  const good = outcome?.faults.length === 0 ? outcome.people : 0
  return (
    <>
      {problem && <FormError key={tries}>{problem}</FormError>}
      <ImportFile csv={csv} country={country} onChange={change} onProblem={setProblem} />
      {outcome && outcome.faults.length > 0 && <ImportFaults key={tries} faults={outcome.faults} />}
      {good > 0 && (
        <p role="status" className="mb-4 rounded-sm bg-accent-soft px-3 py-2.5">
          <b className="font-semibold">{words.good(good)}</b> {words.goodLead}
        </p>
      )}
      <div className="flex gap-2">
        {good > 0 ? (
          <Button look="primary" className="max-md:h-11" disabled={busy !== null} onClick={() => void run(false)}>
            {busy === 'make' ? words.making : words.make(good)}
          </Button>
        ) : (
          <Button look="primary" className="max-md:h-11" disabled={busy !== null} onClick={() => void run(true)}>
            {busy === 'check' ? words.checking : words.check}
          </Button>
        )}
      </div>
    </>
  )
}

/** Between looking and making somebody may have taken a name: the server then answers with the faults. */
function faultsOf(error: unknown): ImportOutcome['faults'] | null {
  if (!(error instanceof ApiError) || error.code !== 'import_faults') return null
  const details = error.details as { faults?: ImportOutcome['faults'] } | undefined
  return details?.faults ?? null
}
