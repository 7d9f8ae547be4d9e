import { clsx } from 'clsx'
import { CircleAlert, CircleHelp, Clock, MailOpen, Reply, UserRoundPlus } from 'lucide-react'
import { memo } from 'react'
import { Link } from 'react-router'
import type { Chat } from '../../shared/chat.ts'
import { useNow } from '../app/now.ts'
import { claimable, useAssign } from '../assignment/assign.ts'
import { useMe } from '../auth/session.ts'
import { age, fullDate, span } from '../dates.ts'
import { useDraft } from '../messages/drafts.ts'
import { kindIcon } from '../messages/kinds.ts'
import { isOurs } from '../messages/timeline.ts'
import { text } from '../text.ts'
import { Avatar, PersonMark } from '../ui/avatar.tsx'
import { Badge } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { canMarkRead, useMarkRead } from './mark-read.ts'
import { windowAt } from './window.ts'

interface Props {
  chat: Chat
  href: string
  open: boolean
  tabStop: boolean
  /** Others' chats are in this list too, so it matters whose each one is. */
  shared: boolean
  onFocus: (id: string) => void
}

export const ChatRow = memo(function ChatRow({ chat, href, open, tabStop, shared, onFocus }: Props) {
  const unread = chat.unreadCount > 0
  return (
    <div
      data-open={open || undefined}
      className="chat-row group relative mx-1.5 flex h-14 items-center gap-2.5 rounded-sm pr-2 pl-2.5 max-md:mx-0 max-md:h-16 max-md:gap-3 max-md:rounded-none max-md:px-4"
    >
      <span className="max-md:hidden">
        <Avatar id={chat.contact.id} name={chat.username} size={36} platform={chat.platform} />
      </span>
      <span className="md:hidden">
        <Avatar id={chat.contact.id} name={chat.username} size={40} platform={chat.platform} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex h-[18px] items-center gap-1.5 max-md:h-5">
          <Link
            to={href}
            data-chat-row={chat.id}
            aria-current={open || undefined}
            tabIndex={tabStop ? 0 : -1}
            onFocus={() => onFocus(chat.id)}
            title={chat.username}
            className={clsx(
              'min-w-0 truncate outline-none after:absolute after:inset-0 after:rounded-sm focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2 max-md:text-md',
              unread && 'font-semibold',
            )}
          >
            <bdi>{chat.username}</bdi>
          </Link>
          <RowTime chat={chat} />
          <RowActions chat={chat} />
        </span>
        <span className="mt-0.5 flex h-5 items-center gap-1.5 max-md:text-base">
          <Preview chat={chat} unread={unread} />
          <Countdown chat={chat} />
          {unread && (
            <Badge label={text.list.unreadCount(chat.unreadCount)}>
              {chat.unreadCount > 99 ? '99+' : chat.unreadCount}
            </Badge>
          )}
          {shared && (
            <PersonMark
              name={chat.assignee?.name ?? null}
              {...(chat.assignee ? { title: text.list.assignedTo(chat.assignee.name) } : {})}
            />
          )}
        </span>
      </span>
    </div>
  )
})

function RowTime({ chat }: { chat: Chat }) {
  const now = useNow(15_000)
  return (
    <time
      dateTime={chat.activityAt}
      title={fullDate(chat.activityAt)}
      className="row-time ms-auto shrink-0 whitespace-nowrap ps-1.5 text-2xs text-text-faint max-md:text-xs"
    >
      {age(chat.activityAt, now)}
    </time>
  )
}

/** Under the pointer only; the same things have keys (`e`, `c`) and stand in the chat's own header. */
function RowActions({ chat }: { chat: Chat }) {
  const me = useMe()
  const markRead = useMarkRead()
  const assign = useAssign()
  const mayTake = claimable(me, chat)
  const mayRead = chat.unreadCount > 0 && canMarkRead(me, chat)
  if (!mayTake && !mayRead) return null
  return (
    <span className="row-actions relative z-1 ms-auto -my-1 shrink-0">
      {mayRead && (
        <IconButton
          icon={MailOpen}
          label={text.thread.markRead}
          tabIndex={-1}
          className="size-6.5! hover:bg-surface-active"
          onClick={() => markRead.mutate(chat.id)}
        />
      )}
      {mayTake && (
        <IconButton
          icon={UserRoundPlus}
          label={text.assign.takeThis}
          keys="C"
          tabIndex={-1}
          className="size-6.5! hover:bg-surface-active"
          onClick={() => assign.mutate({ chat, to: me })}
        />
      )}
    </span>
  )
}

function Preview({ chat, unread }: { chat: Chat; unread: boolean }) {
  const draft = useDraft(useMe().id, chat.id)
  const box = clsx('flex min-w-0 flex-1 items-center gap-1', unread ? 'text-text' : 'text-text-muted')
  if (draft.trim()) {
    return (
      <span className={box}>
        <span className="shrink-0 font-medium text-accent-text">{text.list.draft}</span>
        <bdi dir="auto" className="min-w-0 flex-1 truncate">
          {draft}
        </bdi>
      </span>
    )
  }
  const kind = chat.lastMessageKind
  const words = chat.lastMessage || (kind ? text.kind[kind] : text.list.noMessages)
  const icon = kind && kind !== 'text' ? kindIcon[kind] : null
  const rtl = isRtl(words)
  return (
    <span className={clsx(box, rtl && 'flex-row-reverse')}>
      {chat.lastMessageState === 'failed' && (
        <span className="flex shrink-0 items-center gap-1 text-danger-text">
          <Icon of={CircleAlert} size={14} />
          {text.list.notSent}
        </span>
      )}
      {chat.lastMessageState === 'unknown' && (
        <span className="flex shrink-0 items-center gap-1 text-warn-text">
          <Icon of={CircleHelp} size={14} />
          {text.list.notConfirmed}
        </span>
      )}
      {!chat.lastMessageState && chat.lastMessageSender && isOurs(chat.lastMessageSender) && (
        <>
          <Icon of={Reply} size={14} className="text-text-faint" />
          <span className="sr-only">{text.list.you}:</span>
        </>
      )}
      {icon && <Icon of={icon} size={14} className="text-text-faint" />}
      <bdi dir="auto" className="min-w-0 flex-1 truncate">
        {words}
      </bdi>
    </span>
  )
}

/** The first letter with a direction decides, as `dir="auto"` does. */
const isRtl = (words: string) => /^[^\p{L}]*[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u.test(words)

function Countdown({ chat }: { chat: Chat }) {
  const window = windowAt(chat.window, useNow(15_000))
  if (window.state !== 'open' || !window.soon) return null
  const left = span(window.left).replace(' min', ' m')
  return (
    <span
      title={text.list.closes(left)}
      className="inline-flex shrink-0 items-center gap-[3px] whitespace-nowrap font-medium text-2xs text-warn-text"
    >
      <Icon of={Clock} size={12} className="text-warn" />
      <span className="sr-only">{text.list.closes('')}</span>
      {left}
    </span>
  )
}
