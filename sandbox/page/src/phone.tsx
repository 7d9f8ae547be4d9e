import { Fragment, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { call, type MessageView, type PersonView, type Side, type ThreadView } from './api.ts'
import { Avatar } from './avatar.tsx'
import { Bubble } from './bubble.tsx'
import { Composer } from './composer.tsx'
import { atTime, onDay } from './format.ts'
import { Icon } from './icon.tsx'
import { PersonPanel } from './person-panel.tsx'

const GAP_MS = 45 * 60_000

function statusOf(message: MessageView, thread: ThreadView): string {
  if (message.waiting) return 'On its way to the inbox'
  if ((thread.seenByPageAt ?? 0) >= message.at) return `Seen by Nordlys ${atTime(thread.seenByPageAt ?? 0)}`
  return 'Delivered'
}

interface ScreenProps {
  thread: ThreadView
  now: number
  onQuote: (message: MessageView) => void
  onError: (error: unknown) => void
}

/** The talk itself; stays at the bottom unless one has scrolled up to read. */
function Screen({ thread, now, onQuote, onError }: ScreenProps) {
  const box = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const last = thread.messages.at(-1)
  const key = `${thread.id} ${last?.mid} ${thread.pageTyping} ${last?.waiting} ${last?.reactions.length}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when what is shown has changed
  useLayoutEffect(() => {
    if (stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread begins at its end
  useEffect(() => {
    stuck.current = true
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }, [thread.id])

  useEffect(() => {
    const screen = box.current
    if (!screen) return
    const observer = new ResizeObserver(() => {
      if (stuck.current) screen.scrollTop = screen.scrollHeight
    })
    observer.observe(screen)
    return () => observer.disconnect()
  }, [])

  const react = (mid: string): void => {
    call('POST', `threads/${encodeURIComponent(thread.id)}/reaction`, { mid, reaction: 'love' }).catch(onError)
  }
  return (
    <div
      ref={box}
      className="screen"
      role="log"
      aria-label="Messages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
        stuck.current = scrollHeight - scrollTop - clientHeight < 40
      }}
      onLoadCapture={() => {
        if (stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight
      }}
    >
      <div className="talk">
        {thread.messages.length === 0 && <p className="day">Nobody has written yet. Say something.</p>}
        {thread.messages.map((message, index) => {
          const before = thread.messages[index - 1]
          return (
            <Fragment key={message.mid}>
              {(!before || message.at - before.at > GAP_MS) && <p className="day">{onDay(message.at, now)}</p>}
              <Bubble
                message={message}
                quoted={thread.messages.find((candidate) => candidate.mid === message.replyTo)}
                onReact={() => react(message.mid)}
                onQuote={() => onQuote(message)}
              />
            </Fragment>
          )
        })}
        {last?.from === 'customer' && !last.deleted && <p className="status">{statusOf(last, thread)}</p>}
        {thread.pageTyping && (
          <p className="typing" role="img" aria-label="Nordlys is typing">
            <i />
            <i />
            <i />
          </p>
        )}
      </div>
    </div>
  )
}

export interface PhoneProps {
  side: Side
  people: PersonView[]
  person: PersonView | undefined
  thread: ThreadView | undefined
  now: number
  active: boolean
  quote: MessageView | null
  onQuote: (message: MessageView | null) => void
  onActivate: () => void
  onChoose: (personId: string) => void
  onError: (error: unknown) => void
}

/** One customer's phone: who one is, and the talk with the shop. */
export function Phone(props: PhoneProps) {
  const { side, people, person, thread, now, active, quote, onQuote, onActivate, onChoose, onError } = props
  const [infoAbout, setInfoAbout] = useState<string | null>(null)
  const info = person !== undefined && infoAbout === person.id
  const name = side === 'instagram' ? 'Instagram side' : 'Messenger side'
  return (
    <section
      className={`phone ${side}${active ? ' active' : ''}`}
      aria-label={name}
      onFocus={onActivate}
      onPointerDown={onActivate}
    >
      <label className="who">
        <b>{name}</b>
        <span className="words">
          <span>, you are</span>
        </span>
        {person && <Avatar person={person} />}
        <bdi className="name">{person?.name ?? 'nobody'}</bdi>
        <Icon name="choose" size={14} />
        <select
          aria-label={`Who you are on the ${name}`}
          value={person?.id ?? ''}
          onChange={(event) => onChoose(event.target.value)}
        >
          {people.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <div className="device">
        <div className="bar" aria-hidden="true">
          <span>{atTime(now)}</span>
          <span className="battery" />
        </div>
        <div className="head">
          <span className="shop" aria-hidden="true">
            N
          </span>
          <span className="grow">
            <b>Nordlys Interiors</b>
            <span>{side === 'instagram' ? 'usually answers in an hour' : 'typically replies within a day'}</span>
          </span>
          <button
            type="button"
            className="tool"
            aria-label="About this customer"
            aria-expanded={info}
            onClick={() => setInfoAbout(info ? null : (person?.id ?? null))}
          >
            <Icon name={info ? 'close' : 'info'} size={20} />
          </button>
        </div>
        {info && <PersonPanel person={person} thread={thread} now={now} onError={onError} />}
        {thread ? <Screen thread={thread} now={now} onQuote={onQuote} onError={onError} /> : <div className="screen" />}
        {thread && (
          <Composer
            key={thread.id}
            side={side}
            threadId={thread.id}
            quote={quote}
            onQuoteDone={() => onQuote(null)}
            onError={onError}
          />
        )}
      </div>
    </section>
  )
}
