import type { Chat } from '../../shared/chat.ts'
import { useNow } from '../app/now.ts'
import { span } from '../dates.ts'
import { text } from '../text.ts'
import { Ring } from '../ui/ring.tsx'
import { type WindowNow, windowAt } from './window.ts'

const words = text.window

/** The window at this moment, counting seconds only when seconds matter. */
export function useWindow(chat: Chat): { window: WindowNow; now: number } {
  const slow = useNow(15_000)
  const coarse = windowAt(chat.window, slow)
  const close = coarse.state === 'open' && coarse.left < 120_000
  const now = useNow(close ? 1_000 : 15_000)
  return { window: windowAt(chat.window, now), now }
}

/** What may be sent, and for how long, as a ring and words. */
export function WindowWords({ chat, short = false }: { chat: Chat; short?: boolean }) {
  const { window, now } = useWindow(chat)
  switch (window.state) {
    case 'open':
      return (
        <>
          <Ring share={window.share} warn={window.soon} />
          {window.soon ? (
            <span className="truncate font-medium text-warn-text">{words.left(span(window.left))}</span>
          ) : (
            <span className="truncate">{words.open(span(window.left))}</span>
          )}
        </>
      )
    case 'human_agent':
      return (
        <>
          <Ring share={window.share} warn />
          <span className="truncate">
            <b className="font-medium text-warn-text">
              {short ? words.personShort(span(window.left)) : words.person(span(window.left))}
            </b>
            {!short && ` ${words.personRule}`}
          </span>
        </>
      )
    case 'closed':
      return (
        <>
          <Ring share={0} />
          <span className="truncate">{window.since ? words.closedSince(window.since, now) : words.closed}</span>
        </>
      )
    case 'none':
      return (
        <>
          <Ring share={0} />
          <span className="truncate">{words.none}</span>
        </>
      )
  }
}
