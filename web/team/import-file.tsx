import { Download, FileUp } from 'lucide-react'
import { useRef } from 'react'
import { importColumns } from '../../shared/team.ts'
import { Button } from '../ui/button.tsx'
import { SelectField, TextAreaField } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { countries } from './countries.ts'
import { csvFile } from './csv-file.ts'
import { teamText } from './text.ts'

const words = teamText.import

/** In bytes; what the server takes. */
export const largestFile = 900_000

const example = [
  ['name', 'email', 'contactNumber', 'country', 'position'],
  ['Ines Duarte', 'ines@example.com', '912 345 678', 'PT', 'agent-messaging'],
  ['Jonas Berg', 'jonas@example.com', '', '', 'supervisor'],
]

interface Props {
  csv: string
  country: string
  onChange: (part: { csv?: string; country?: string }) => void
  onProblem: (problem: string) => void
}

/** The file, chosen or pasted, and what its columns are. */
export function ImportFile({ csv, country, onChange, onProblem }: Props) {
  const picker = useRef<HTMLInputElement>(null)
  const read = async (file: File | undefined) => {
    if (!file) return
    if (file.size > largestFile) return onProblem(words.tooLarge)
    try {
      onChange({ csv: await file.text() })
    } catch {
      onProblem(words.unread)
    }
  }
  return (
    <>
      <p className="mb-4 text-text-muted">{words.lead}</p>
      <details className="mb-4">
        <summary className="font-medium text-xs">{words.columns}</summary>
        <dl className="mt-2 grid grid-cols-[120px_1fr] gap-y-1 text-xs">
          {importColumns.map((column) => (
            <div key={column} className="contents">
              <dt>
                <code className="font-mono">{column}</code>
              </dt>
              <dd className="text-text-muted">{words.columnNotes[column]}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div className="mb-4 flex flex-wrap items-center gap-4">
        <input
          ref={picker}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          aria-label={words.choose}
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            void read(event.target.files?.[0])
            event.target.value = ''
          }}
        />
        <Button className="max-md:h-11" onClick={() => picker.current?.click()}>
          <Icon of={FileUp} />
          {words.choose}
        </Button>
        <a href={csvFile(example)} download={words.exampleFile} className="link flex items-center gap-1.5">
          <Icon of={Download} size={14} />
          {words.example}
        </a>
      </div>
      <TextAreaField label={words.csv} mono rows={10} value={csv} onChange={(text) => onChange({ csv: text })} />
      <SelectField
        label={words.country}
        optional
        value={country}
        onChange={(code) => onChange({ country: code })}
        dense
        className="max-w-80"
      >
        <option value="">{words.noCountry}</option>
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
    </>
  )
}
