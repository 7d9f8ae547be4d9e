import { clsx } from 'clsx'
import { memo } from 'react'
import type { Chat } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { clock, fullDate } from '../dates.ts'
import { text } from '../text.ts'
import { Bubble } from './bubble.tsx'
import { Failure } from './failure.tsx'
import { firstName } from './names.ts'
import { PendingMark, StateMark } from './state-mark.tsx'

interface Props {
  messages: Message[]
  out: boolean
  chat: Chat
  onQuote: (message: Message) => void
  onReach: (id: string) => void
}

/** One turn of one person: bubbles that belong together, and under the last who, when, and how far it came. */
export const BubbleGroup = memo(function BubbleGroup({ messages, out, chat, onQuote, onReach }: Props) {
  const last = messages.at(-1)
  if (!last) return null
  return (
    <div className={clsx('mt-3 flex flex-col gap-0.5', out ? 'group-out items-end' : 'group-in items-start')}>
      {messages.map((message, index) => (
        <Bubble
          key={message.clientKey ?? message.id}
          message={message}
          out={out}
          chat={chat}
          joins={clsx(index < messages.length - 1 && 'with-next', index > 0 && 'with-previous')}
          onQuote={onQuote}
          onReach={onReach}
        />
      ))}
      {last.failure !== null || last.state === 'unknown' || last.state === 'failed' ? (
        <Failure message={last} chat={chat} />
      ) : (
        <Meta message={last} />
      )}
    </div>
  )
}, sameProps)

function sameProps(a: Props, b: Props) {
  return (
    a.chat.username === b.chat.username &&
    a.chat.window.closesAt === b.chat.window.closesAt &&
    a.messages.length === b.messages.length &&
    a.messages.every((message, index) => message === b.messages[index])
  )
}

function Meta({ message }: { message: Message }) {
  const origin = message.sentBy ? firstName(message.sentBy.name) : text.origin[message.origin]
  return (
    <div className="mt-0.5 flex items-center gap-1 px-1 text-2xs text-text-faint">
      {origin && <bdi title={message.sentBy?.name}>{origin} ·</bdi>}
      <time dateTime={message.timestamp} title={fullDate(message.timestamp)}>
        {clock(message.timestamp)}
      </time>
      {message.state && (
        <>
          <span aria-hidden="true">·</span>
          {message.id === message.clientKey ? <PendingMark id={message.id} /> : <StateMark state={message.state} />}
        </>
      )}
    </div>
  )
}
