import { clsx } from 'clsx'
import { Reply } from 'lucide-react'
import type { Chat } from '../../shared/chat.ts'
import type { Attachment, Message } from '../../shared/message.ts'
import { text } from '../text.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { kindIcon } from './kinds.ts'
import { firstName } from './names.ts'
import { isOurs } from './timeline.ts'

interface Props {
  message: Message
  out: boolean
  chat: Chat
  joins: string
  onQuote: (message: Message) => void
  onReach: (id: string) => void
}

export function Bubble({ message, out, chat, joins, onQuote, onReach }: Props) {
  const bare = message.kind === 'unsupported' && message.content === ''
  const pending = message.id === message.clientKey
  return (
    <div
      data-message={message.id}
      tabIndex={-1}
      className={clsx(
        'message relative flex max-w-[78%] items-center gap-1.5 outline-none max-md:max-w-[84%]',
        out && 'flex-row-reverse',
        joins,
      )}
    >
      <div
        className={clsx(
          'bubble min-w-0 px-3 py-2 text-base max-md:text-md max-md:leading-[21px]',
          message.state === 'failed' && 'is-failed',
          bare && 'is-outline',
        )}
      >
        {message.replyTo && <Quote message={message} chat={chat} onReach={onReach} />}
        <Attachments message={message} />
        {message.content && (
          <div dir="auto" className="whitespace-pre-wrap">
            <Linked words={message.content} />
          </div>
        )}
      </div>
      {!pending && (
        <span className="message-actions shrink-0">
          <IconButton icon={Reply} label={text.thread.reply} onClick={() => onQuote(message)} />
        </span>
      )}
    </div>
  )
}

function Quote({ message, chat, onReach }: Pick<Props, 'message' | 'chat' | 'onReach'>) {
  const quoted = message.replyTo
  if (!quoted) return null
  const author = quoted.sender === null ? null : isOurs(quoted.sender) ? text.youUpper : firstName(chat.username)
  const id = quoted.messageId
  return (
    <button
      type="button"
      disabled={id === null}
      onClick={() => id && onReach(id)}
      className="mt-px mb-1.5 block w-full border-current/30 border-s-2 ps-2 text-start text-bubble-muted text-xs"
    >
      {author && <bdi className="block font-medium">{author}</bdi>}
      <span dir="auto" className="line-clamp-2">
        {quoted.content || text.kind.text}
      </span>
    </button>
  )
}

/** What came with the words, as its kind: pictures themselves are the next chapter. */
function Attachments({ message }: { message: Message }) {
  const { attachments, kind, content } = message
  const shown: Attachment[] =
    attachments.length > 0
      ? attachments
      : kind === 'text' || kind === 'template'
        ? []
        : [{ kind, type: kind, title: null }]
  if (shown.length === 0) return null
  return (
    <div className={clsx('flex flex-col gap-1.5', content && 'mb-1')}>
      {shown.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no id and keep their order.
        <div key={index} className="flex items-center gap-2">
          <Icon of={kindIcon[attachment.kind]} size={16} className="text-bubble-muted" />
          <span className="min-w-0">
            {attachment.title && (
              <span dir="auto" className="block text-sm">
                {attachment.title}
              </span>
            )}
            <span className={clsx('block', attachment.title ? 'text-bubble-muted text-xs' : 'text-sm')}>
              {text.kind[attachment.kind]}
              {attachment.kind === 'unsupported' && attachment.type !== 'unsupported' && (
                <span className="text-text-faint"> ({attachment.type})</span>
              )}
            </span>
          </span>
        </div>
      ))}
    </div>
  )
}

const address = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g

/** Web addresses become links; nothing else in a customer's words is ever more than words. */
function Linked({ words }: { words: string }) {
  const parts = []
  let from = 0
  for (const match of words.matchAll(address)) {
    parts.push(words.slice(from, match.index))
    parts.push(
      <a
        key={match.index}
        href={match[0]}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="underline underline-offset-2"
      >
        {match[0]}
      </a>,
    )
    from = match.index + match[0].length
  }
  parts.push(words.slice(from))
  return parts
}
