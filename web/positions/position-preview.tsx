import { useQuery } from '@tanstack/react-query'
import { Check, Minus } from 'lucide-react'
import type { ChatView } from '../../shared/chat.ts'
import type { PositionPreview as Preview } from '../../shared/position.ts'
import { countText } from '../chats/views-pane.tsx'
import { text } from '../text.ts'
import { Icon } from '../ui/icon.tsx'
import { PanelSection } from '../ui/side-panel.tsx'
import { previewQuery } from './position-queries.ts'
import { positionText as words } from './text.ts'

/** What the inbox would be for somebody with this position. */
export function PositionPreview({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(previewQuery(id))
  return (
    <PanelSection title={words.preview}>
      <p className="mb-2.5 text-text-muted text-xs">{words.previewLead}</p>
      {error && !data && (
        <p className="text-xs">
          {words.previewFailed}{' '}
          <button type="button" className="link" onClick={() => void refetch()}>
            {text.retry}
          </button>
        </p>
      )}
      {data && <Sight preview={data} />}
    </PanelSection>
  )
}

function Sight({ preview: { permissions, chats } }: { preview: Preview }) {
  const may = (code: Preview['permissions'][number]) => permissions.includes(code)
  const lines: [boolean, string][] =
    chats.sees === 'all'
      ? [[true, words.sees.all]]
      : chats.sees === 'none'
        ? [[false, words.sees.none]]
        : [
            [chats.own, words.sees.own],
            [chats.team, words.sees.team],
            [chats.unassigned, words.sees.unassigned],
          ]
  if (chats.sees !== 'none') {
    lines.push(may('chat:message') ? [true, words.does.answer] : [false, words.does.noAnswer])
    lines.push([may('chat:message'), may('chat:message') ? words.does.rotation : words.does.noRotation])
    lines.push([may('chat:claim'), words.does.claim], [may('chat:assign'), words.does.assign])
  }
  return (
    <>
      <ul className="space-y-1">
        {lines.map(([yes, line]) => (
          <li key={line} className={`flex items-start gap-2 ${yes ? '' : 'text-text-muted'}`}>
            <Icon of={yes ? Check : Minus} size={14} className={yes ? 'mt-0.5 text-accent-text' : 'mt-0.5'} />
            <span>
              {!yes && <span className="sr-only">{`${text.not} `}</span>}
              {line}
            </span>
          </li>
        ))}
      </ul>
      {chats.views && chats.sees !== 'none' && <Views views={chats.views} />}
    </>
  )
}

function Views({ views }: { views: Record<string, number> }) {
  return (
    <>
      <h5 className="mt-3 mb-1 text-text-muted text-xs">{words.viewsNow}</h5>
      <dl className="grid grid-cols-[1fr_auto] gap-y-1">
        {Object.entries(views).map(([view, count]) => (
          <div key={view} className="contents">
            <dt>{text.views[view as ChatView] ?? view}</dt>
            <dd className="text-end text-text-muted">{countText(count)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
