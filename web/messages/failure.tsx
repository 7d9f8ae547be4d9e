import { useMutation } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { CircleAlert, CircleHelp, Clock } from 'lucide-react'
import type { Chat } from '../../shared/chat.ts'
import type { FailureReason, Message, ResolutionAction } from '../../shared/message.ts'
import { call } from '../api.ts'
import { useNow } from '../app/now.ts'
import { may, useMe } from '../auth/session.ts'
import { windowAt } from '../chats/window.ts'
import { span } from '../dates.ts'
import { text } from '../text.ts'
import { Icon } from '../ui/icon.tsx'
import { sayFailure } from '../ui/toast.tsx'
import { draftsOf } from './drafts.ts'
import { myOutbox, newKey } from './my-outbox.ts'
import { useOutbox } from './outbox.ts'
import { replaceMessage } from './replace-message.ts'

/** What happened to a message that did not go through, what was kept, and what can be done. */
export function Failure({ message, chat }: { message: Message; chat: Chat }) {
  const me = useMe()
  const item = useOutbox(myOutbox(me.id)).find((other) => other.key === message.clientKey)
  if (item?.state === 'refused')
    return <Refused message={message} chat={chat} code={item.code} humanAgent={item.humanAgent} />
  return <Stored message={message} chat={chat} />
}

function Stored({ message, chat }: { message: Message; chat: Chat }) {
  const me = useMe()
  const resolve = useMutation({
    mutationFn: async (action: ResolutionAction) =>
      (
        await call('POST /chats/:id/messages/:messageId/resolution', {
          id: chat.id,
          messageId: message.id,
          body: { action },
        })
      ).answer,
    onSuccess: replaceMessage,
    onError: () => sayFailure(text.actionFailed),
  })
  const { failure, state } = message
  const unsure = state === 'unknown'
  const again = state === 'queued' || state === 'sending'
  const words = failure ? text.failure[failure.reason] : unsure ? text.unknownState : text.failedState
  const actions = may(me, 'chat:message') ? (failure?.actions ?? []) : []
  return (
    <Lines
      look={unsure ? 'unsure' : again ? 'again' : 'failed'}
      title={again ? text.state[state] : unsure ? text.state.unknown : text.state.failed}
      words={words}
    >
      {again && failure?.retryAt && !needsAdmin.includes(failure.reason) && <RetryTime at={failure.retryAt} />}
      {failure?.code && <span className="text-text-faint">{text.technical(failure.code)}</span>}
      {(actions.length > 0 || state === 'failed') && (
        <span className="flex flex-wrap gap-3">
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              disabled={resolve.isPending}
              onClick={() => resolve.mutate(action)}
              className={clsx('link', action === 'dismiss' && 'text-text-muted!')}
            >
              {text.action[action]}
            </button>
          ))}
          {state === 'failed' && may(me, 'chat:message') && (
            <button type="button" className="link" onClick={() => toComposer(me.id, chat.id, message.content)}>
              {text.action.edit}
            </button>
          )}
        </span>
      )}
    </Lines>
  )
}

interface RefusedProps {
  message: Message
  chat: Chat
  code: string | null
  humanAgent: boolean
}

/** Refused before it was stored: only this screen has the text. */
function Refused({ message, chat, code, humanAgent }: RefusedProps) {
  const me = useMe()
  const outbox = myOutbox(me.id)
  const window = windowAt(chat.window, useNow(15_000))
  const words = text.outbox.refused[code ?? ''] ?? text.outbox.refusedOther
  const drop = () => outbox.remove(message.id)
  const edit = () => {
    toComposer(me.id, chat.id, message.content)
    drop()
  }
  const asPerson = () => {
    drop()
    outbox.add({
      key: newKey(),
      chatId: chat.id,
      text: message.content,
      replyTo: null,
      humanAgent: true,
      at: new Date().toISOString(),
    })
  }
  return (
    <Lines look="failed" title={null} words={words}>
      <span className="flex flex-wrap gap-3">
        {window.state === 'human_agent' && !humanAgent && (
          <button type="button" className="link" onClick={asPerson}>
            {text.outbox.asPerson}
          </button>
        )}
        <button type="button" className="link" onClick={edit}>
          {text.outbox.edit}
        </button>
        <button type="button" className="link text-danger-text!" onClick={drop}>
          {text.outbox.discard}
        </button>
      </span>
    </Lines>
  )
}

/** The words go above what is being written already: neither is lost. */
function toComposer(userId: string, chatId: string, words: string) {
  const drafts = draftsOf(userId)
  const draft = drafts.read(chatId)
  drafts.write(chatId, draft.trim() ? `${words}\n${draft}` : words)
}

/** Trying again by the clock helps nothing here: somebody has to mend the connection first. */
const needsAdmin: FailureReason[] = ['token_invalid', 'permission_missing', 'page_inactive', 'page_disconnected']

const looks = {
  failed: ['text-danger-text', CircleAlert],
  unsure: ['text-warn-text', CircleHelp],
  again: ['text-warn-text', Clock],
} as const

function Lines({
  look,
  title,
  words,
  children,
}: {
  look: keyof typeof looks
  title: string | null
  words: string
  children: React.ReactNode
}) {
  const [colour, icon] = looks[look]
  return (
    <div className={clsx('mt-1 flex max-w-[340px] items-start gap-1.5 text-xs', colour)}>
      <Icon of={icon} size={14} className="mt-px" />
      <div className="flex min-w-0 flex-col gap-1">
        <span>
          {title && <b className="font-medium">{title}. </b>}
          {words}
        </span>
        {children}
      </div>
    </div>
  )
}

function RetryTime({ at }: { at: string }) {
  const left = Date.parse(at) - useNow(1_000)
  return <span>{left > 0 ? text.retryAt(span(left)) : text.retryNow}</span>
}
