import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { CircleAlert, LockKeyhole, MoveRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Chat } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { ApiError } from '../api.ts'
import { useKeys } from '../app/keyboard.ts'
import { useMedia } from '../app/media.ts'
import { setPreferences, usePreferences } from '../app/preferences.ts'
import { claimable, useAssign } from '../assignment/assign.ts'
import { useMe } from '../auth/session.ts'
import { Composer } from '../messages/composer.tsx'
import { Thread } from '../messages/thread.tsx'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ThreadSkeleton } from '../ui/skeleton.tsx'
import type { Address } from './address.ts'
import { ChatHeader } from './chat-header.tsx'
import { chatQuery } from './chat-queries.ts'
import { Details } from './details.tsx'
import { canMarkRead, useMarkRead } from './mark-read.ts'
import { nextChatId } from './next-chat.ts'
import { useReading } from './reading.ts'

/** One chat with everything about it, or why it is not there. */
export function ChatPane({ chatId, address }: { chatId: string; address: Address }) {
  const { data, error, refetch } = useQuery(chatQuery(chatId))
  const phone = useMedia('(max-width: 767px)')
  const back = () => address.go({ chatId: null })
  if (data?.chat) return <OpenChat chat={data.chat} address={address} />
  const missing = data?.chat === null || (error instanceof ApiError && error.status === 404)
  return (
    <main className="flex min-w-0 flex-1 flex-col bg-surface" aria-busy={!data && !error}>
      {phone && <h1 className="sr-only">{text.views.title}</h1>}
      {data?.chat === null ? (
        <EmptyState
          heading="h2"
          icon={MoveRight}
          role="alert"
          title={text.thread.gone}
          action={{ label: text.thread.goneAction, run: back }}
        >
          {text.thread.goneBody}
        </EmptyState>
      ) : missing ? (
        <EmptyState
          heading="h2"
          icon={LockKeyhole}
          title={text.thread.notFound}
          action={{ label: text.thread.goneAction, run: back }}
        >
          {text.thread.notFoundBody}
        </EmptyState>
      ) : error ? (
        <EmptyState
          heading="h2"
          icon={CircleAlert}
          warn
          role="alert"
          title={text.error.threadTitle}
          action={{ label: text.retry, run: () => void refetch() }}
        >
          {text.error.body}
        </EmptyState>
      ) : (
        <>
          <div className="h-(--size-bar) shrink-0 border-border border-b" />
          <ThreadSkeleton />
        </>
      )}
    </main>
  )
}

function OpenChat({ chat, address }: { chat: Chat; address: Address }) {
  const me = useMe()
  const assign = useAssign()
  const markRead = useMarkRead()
  const [assigning, setAssigning] = useState(false)
  const [quoting, setQuoting] = useState<Message | null>(null)
  const [overlay, setOverlay] = useState(false)
  const composer = useRef<HTMLTextAreaElement>(null)
  const { detailsOpen } = usePreferences()
  const beside = useMedia('(min-width: 1280px)')
  const shown = beside ? detailsOpen : overlay
  const setShown = (open: boolean) => (beside ? setPreferences({ detailsOpen: open }) : setOverlay(open))

  useReading(chat)
  const goOn = () => {
    if (chat.unreadCount > 0 && canMarkRead(me, chat)) markRead.mutate(chat.id)
    address.go({ chatId: nextChatId(address.filter, chat.id) })
  }
  useKeys({
    r: () => composer.current?.focus(),
    c: claimable(me, chat) ? () => assign.mutate({ chat, to: me }) : undefined,
    a: me.permissions.includes('chat:assign') ? () => setAssigning(true) : undefined,
    e: goOn,
    d: () => setShown(!shown),
    Escape: !beside && overlay ? () => setOverlay(false) : undefined,
  })
  const quote = (message: Message) => {
    setQuoting(message)
    composer.current?.focus()
  }

  return (
    <>
      <main
        aria-label={text.thread.label(chat.username)}
        className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-surface"
      >
        <ChatHeader
          chat={chat}
          address={address}
          assigning={assigning}
          setAssigning={setAssigning}
          detailsShown={shown}
          setDetailsShown={setShown}
          onMarkReadAndGoOn={goOn}
        />
        <Thread chat={chat} onQuote={quote} />
        <Composer chat={chat} ref={composer} quoting={quoting} setQuoting={setQuoting} />
        {!beside && shown && <OverlayDetails chat={chat} onClose={() => setOverlay(false)} />}
      </main>
      {beside && shown && (
        <Details
          chat={chat}
          onClose={() => setShown(false)}
          className="w-(--size-details) shrink-0 border-border border-l"
        />
      )}
    </>
  )
}

function OverlayDetails({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    panel.current?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press beside the panel closes it; the panel has its own button.
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by keyboard.
    <div
      className="absolute inset-0 z-20 bg-overlay"
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div
        ref={panel}
        tabIndex={-1}
        className={clsx(
          'absolute inset-y-0 right-0 flex w-(--size-details) max-w-full shadow-dialog outline-none max-md:w-full',
        )}
      >
        <Details chat={chat} onClose={onClose} className="w-full" />
      </div>
    </div>
  )
}
