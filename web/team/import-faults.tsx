import type { ImportFault } from '../../shared/team.ts'
import { number } from '../dates.ts'
import { FormError } from '../ui/field.tsx'
import { teamText } from './text.ts'

const words = teamText.import
const most = 500

/** Each fault of the file by its line, so that it can be mended in one go. */
export function ImportFaults({ faults }: { faults: ImportFault[] }) {
  return (
    <div className="mb-4">
      <FormError title={words.faultsTitle(faults.length)}>{words.faultsLead}</FormError>
      <section aria-label={words.faults}>
        <table className="w-full table-fixed border-collapse text-start [&_td]:break-words [&_td]:border-border [&_td]:border-t [&_td]:px-2 [&_td]:py-2 [&_td]:align-top [&_th]:px-2 [&_th]:pb-1.5 [&_th]:text-start [&_th]:font-normal [&_th]:text-text-muted [&_th]:text-xs">
          <thead>
            <tr>
              <th className="w-14">{words.row}</th>
              <th className="w-32 max-md:w-24">{words.column}</th>
              <th className="w-48 max-md:w-24">{words.value}</th>
              <th>{words.problem}</th>
            </tr>
          </thead>
          <tbody>
            {faults.slice(0, most).map((fault) => (
              <tr key={`${fault.row} ${fault.column} ${fault.code} ${fault.message}`}>
                <td>{number(fault.row)}</td>
                <td>{fault.column && <code className="font-mono text-xs">{fault.column}</code>}</td>
                <td className="text-text-muted">
                  <bdi>{fault.value}</bdi>
                </td>
                <td>{fault.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {faults.length > most && <p className="p-2 text-text-muted">{words.moreFaults(faults.length - most)}</p>}
      </section>
    </div>
  )
}
