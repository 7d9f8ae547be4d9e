import { Download } from 'lucide-react'
import type { ImportOutcome } from '../../shared/team.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { csvFile } from './csv-file.ts'
import { teamText } from './text.ts'

const words = teamText.import

/** Who was made, with the links to hand over. */
export function ImportMade({ outcome: { made }, again }: { outcome: ImportOutcome; again: () => void }) {
  const invited = made.flatMap(({ id, name, invitationLink }) => (invitationLink ? [{ id, name, invitationLink }] : []))
  const file = csvFile([['name', 'link'], ...invited.map(({ name, invitationLink }) => [name, invitationLink])])
  return (
    <div role="status">
      <h3 className="font-semibold text-base">{words.madeTitle(made.length)}</h3>
      <p className="mt-0.5 mb-4 text-text-muted">{invited.length > 0 ? words.madeLead : words.noLinks}</p>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        {invited.length > 0 && (
          <a
            href={file}
            download={words.linksFile}
            className="inline-flex h-8 items-center gap-1.5 rounded-sm border border-accent bg-accent px-3 font-medium text-on-accent hover:bg-accent-hover max-md:h-11"
          >
            <Icon of={Download} />
            {words.download}
          </a>
        )}
        <Button className="max-md:h-11" onClick={again}>
          {words.more}
        </Button>
      </div>
      {invited.length > 0 && (
        <ul aria-label={words.links} className="divide-y divide-border border-border border-y">
          {invited.map(({ id, name, invitationLink }) => (
            <li key={id} className="flex gap-4 py-2 max-md:flex-col max-md:gap-0.5">
              <bdi className="w-48 shrink-0 truncate">{name}</bdi>
              <code className="min-w-0 select-all break-all font-mono text-text-muted text-xs">{invitationLink}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
