import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ArrowDown, CircleAlert } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Chat } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { useNow } from '../app/now.ts'
import { assignmentsQuery } from '../assignment/assignment-queries.ts'
import { EventLine } from '../assignment/event-line.tsx'
import { useMe } from '../auth/session.ts'
import { flatten } from '../chats/merge-chat.ts'
import { dayName, fullDate } from '../dates.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { ThreadSkeleton } from '../ui/skeleton.tsx'
import { BubbleGroup } from './bubble-group.tsx'
import { messagesQuery } from './message-queries.ts'
import { myOutbox } from './my-outbox.ts'
import { useOutbox } from './outbox.ts'
import { asMessage } from './pending.ts'
import { useThreadScroll } from './thread-scroll.ts'
import { firstUnread, isOurs, type TimelineItem, timeline } from './timeline.ts'

interface Props {
  chat: Chat
  onQuote: (message: Message) => void
}

/** The messages of a chat, newest at the bottom. */
export function Thread({ chat, onQuote }: Props) {
  const { data, error, refetch } = useInfiniteQuery(messagesQuery(chat.id))
  const messages = useMemo(() => flatten(data).reverse(), [data])
  if (!data) {
    if (!error) return <ThreadSkeleton />
    return (
      <EmptyState
        icon={CircleAlert}
        warn
        role="alert"
        title={text.error.threadTitle}
        action={{ label: text.retry, run: () => void refetch() }}
      >
        {text.error.body}
      </EmptyState>
    )
  }
  return <Messages chat={chat} messages={messages} onQuote={onQuote} />
}

function Messages({ chat, messages, onQuote }: Props & { messages: Message[] }) {
  const me = useMe()
  const history = useInfiniteQuery(messagesQuery(chat.id))
  const { data: assignments } = useQuery(assignmentsQuery(chat.id))
  const waiting = useOutbox(myOutbox(me.id))
  const [firstUnreadId] = useState(() => firstUnread(messages, chat.unreadCount))

  const all = useMemo(() => {
    const arrived = new Set(messages.map((message) => message.clientKey))
    const mine = waiting.filter((item) => item.chatId === chat.id && !arrived.has(item.key))
    return mine.length === 0 ? messages : [...messages, ...mine.map((item) => asMessage(item, chat, me, messages))]
  }, [messages, waiting, chat, me])
  const complete = !history.hasNextPage
  const items = useMemo(
    () => timeline({ messages: all, assignments: assignments ?? [], firstUnreadId, complete }),
    [all, assignments, firstUnreadId, complete],
  )
  const loadEarlier = () => {
    if (history.hasNextPage && !history.isFetchingNextPage && !history.isFetchNextPageError)
      void history.fetchNextPage()
  }
  const { scroller, content, onScroll, fresh, away, toBottom, reach } = useThreadScroll({
    messages: all,
    firstUnreadId,
    loadEarlier,
  })
  const reachQuoted = async (id: string) => {
    // A quote may point far back; a thousand messages are as far as one press should go.
    for (let pages = 0; !reach(id) && pages < 20; pages++) {
      const { data, hasNextPage } = await history.fetchNextPage()
      if (!hasNextPage && !flatten(data).some((message) => message.id === id)) return
    }
  }
  const newest = messages.at(-1)

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={scroller}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
        tabIndex={0}
        aria-label={text.thread.log}
        className="thin-scroll flex min-h-0 flex-1 flex-col-reverse overflow-y-auto outline-offset-[-2px]"
      >
        <div ref={content} className="w-full px-5 pb-3 max-md:px-3">
          <Beginning history={history} empty={items.length === 0} />
          {items.map((item) => (
            <Item key={item.key} item={item} chat={chat} onQuote={onQuote} onReach={reachQuoted} />
          ))}
        </div>
      </section>
      <div className="sr-only" aria-live="polite">
        {newest && !isOurs(newest.sender) && newest.id !== firstUnreadId
          ? `${text.thread.said(chat.username)}: ${newest.content || text.kind[newest.kind]}`
          : ''}
      </div>
      {away && (
        <button
          type="button"
          onClick={toBottom}
          // It comes up under the pointer of whoever has just pressed it; the wheel must go on scrolling the messages.
          onWheel={(event) => scroller.current?.scrollBy({ top: event.deltaY })}
          className="rise absolute bottom-2 left-1/2 inline-flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full bg-surface-raised pr-3 pl-2 font-medium text-xs shadow-menu"
        >
          <Icon of={ArrowDown} size={14} className="text-accent-text" />
          {fresh > 0 ? text.thread.newMessages(fresh) : text.thread.toBottom}
        </button>
      )}
    </div>
  )
}

interface ItemProps {
  item: TimelineItem
  chat: Chat
  onQuote: (message: Message) => void
  onReach: (id: string) => void
}

function Item({ item, chat, onQuote, onReach }: ItemProps) {
  switch (item.type) {
    case 'day':
      return <DayRule at={item.at} />
    case 'unread':
      return (
        <div className="rule unread font-medium text-2xs text-accent-text" data-unread-rule="">
          {text.thread.unread}
        </div>
      )
    case 'event':
      return <EventLine assignment={item.assignment} />
    case 'group':
      return <BubbleGroup messages={item.messages} out={item.out} chat={chat} onQuote={onQuote} onReach={onReach} />
  }
}

function DayRule({ at }: { at: number }) {
  const name = dayName(at, useNow(15_000))
  return (
    <div className="rule font-medium text-2xs text-text-faint">
      <span title={fullDate(at)}>{name}</span>
    </div>
  )
}

function Beginning({
  history,
  empty,
}: {
  history: { hasNextPage: boolean; isFetchNextPageError: boolean; fetchNextPage: () => unknown }
  empty: boolean
}) {
  const words = history.isFetchNextPageError
    ? text.error.historyFailed
    : history.hasNextPage
      ? text.thread.loadingEarlier
      : empty
        ? text.thread.noMessages
        : text.thread.beginning
  return (
    <div className="flex h-10 items-end justify-center gap-2 text-text-faint text-xs">
      {words}
      {history.isFetchNextPageError && (
        <button type="button" className="link" onClick={() => void history.fetchNextPage()}>
          {text.retry}
        </button>
      )}
    </div>
  )
}
