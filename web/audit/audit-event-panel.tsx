import { Link } from 'react-router'
import type { AuditEvent } from '../../shared/audit.ts'
import { type Permission, permissions } from '../../shared/permissions.ts'
import { fullDate, number } from '../dates.ts'
import { Facts, PanelSection, SidePanel } from '../ui/side-panel.tsx'
import { actorName, targetName } from './event-words.ts'
import { actionWords, auditText as words } from './text.ts'

interface Props {
  event: AuditEvent
  back: string
  hrefTo: (part: Record<string, string | null>) => string
}

/** One event with everything that was recorded of it. */
export function AuditEventPanel({ event, back, hrefTo }: Props) {
  const { actor, targetId } = event
  return (
    <SidePanel label={actionWords(event.action)} title={actionWords(event.action)} back={back}>
      <PanelSection>
        <Facts>
          <dt>{words.when}</dt>
          <dd>{fullDate(event.at)}</dd>
          <dt>{words.who}</dt>
          <dd>
            <bdi>{actorName(event)}</bdi>
            {actor && (
              <Link to={hrefTo({ actor: actor.id, actorName: actor.name, event: null })} className="link ml-2">
                {words.filterBy(actor.name)}
              </Link>
            )}
          </dd>
          <dt>{words.target[event.targetType] ?? event.targetType}</dt>
          <dd>
            <bdi>{event.targetName ?? event.targetId ?? words.empty_}</bdi>
            {targetId && (
              <Link
                to={hrefTo({ target: targetId, targetName: targetName(event) || targetId, event: null })}
                className="link ml-2"
              >
                {words.filterAbout}
              </Link>
            )}
          </dd>
        </Facts>
      </PanelSection>
      <PanelSection title={words.change}>
        <Change event={event} />
      </PanelSection>
      <PanelSection title={words.circumstances}>
        <Facts>
          <dt>{words.ip}</dt>
          <dd>{event.ip ?? words.empty_}</dd>
          <dt>{words.browser}</dt>
          <dd>{event.userAgent ?? words.empty_}</dd>
          <dt>{words.request}</dt>
          <dd>{event.requestId ?? words.empty_}</dd>
          <dt>{words.place}</dt>
          <dd>{number(event.seq)}</dd>
        </Facts>
      </PanelSection>
    </SidePanel>
  )
}

function Change({ event: { before, after } }: { event: AuditEvent }) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (fields.length === 0) return <p className="text-text-muted text-xs">{words.noChange}</p>
  return (
    <table className="w-full table-fixed border-collapse text-xs [&_td]:border-border [&_td]:border-t [&_td]:py-1.5 [&_td]:pr-2 [&_td]:align-top [&_td]:break-words [&_th]:pb-1 [&_th]:text-start [&_th]:font-normal [&_th]:text-text-faint">
      <thead>
        <tr>
          <th className="w-[104px]">{words.field}</th>
          {before && <th>{words.before}</th>}
          {after && <th>{words.after}</th>}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field}>
            <td className="text-text-muted">{fieldWords(field)}</td>
            {before && <td>{valueWords(before[field])}</td>}
            {after && <td>{valueWords(after[field])}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** `canReceiveNewChats` as `can receive new chats`. */
const fieldWords = (field: string) => field.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)

function valueWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return words.empty_
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (Array.isArray(value)) return value.length === 0 ? words.empty_ : value.map(valueWords).join(', ')
  if (typeof value === 'string') return permissions[value as Permission]?.[0] ?? value
  return typeof value === 'number' ? number(value) : JSON.stringify(value)
}
