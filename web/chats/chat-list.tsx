import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { CircleAlert } from 'lucide-react'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import type { Chat, ChatCounts } from '../../shared/chat.ts'
import { useKeys } from '../app/keyboard.ts'
import { useMedia } from '../app/media.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { RowSkeleton } from '../ui/skeleton.tsx'
import type { Address } from './address.ts'
import { type Channel, chatsQuery } from './chat-queries.ts'
import { ChatRow } from './chat-row.tsx'
import { flatten } from './merge-chat.ts'
import { NoChats } from './no-chats.tsx'

interface Props {
  address: Address
  cursor: string | null
  setCursor: (id: string | null) => void
  counts: ChatCounts | undefined
  channels: Channel[] | undefined
}

export function ChatList({ address, cursor, setCursor, counts, channels }: Props) {
  const { filter, chatId, hrefTo, go } = address
  const { data, error, isPending, isFetchNextPageError, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(chatsQuery(filter))
  const chats = useMemo(() => flatten(data), [data])
  const scroller = useRef<HTMLDivElement>(null)
  const pitch = useMedia('(max-width: 767px)') ? 64 : 57
  const below = hasNextPage ? 6 : 0
  const rows = useVirtualizer({
    count: chats.length + below,
    getScrollElement: () => scroller.current,
    estimateSize: () => pitch,
    getItemKey: (index) => chats[index]?.id ?? index,
    overscan: 8,
    paddingStart: 6,
    paddingEnd: 6,
    scrollPaddingStart: 6,
    scrollPaddingEnd: 6,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height means measuring again.
  useEffect(() => rows.measure(), [pitch, rows])
  useStablePlace(scroller, chats, pitch)

  const visible = rows.getVirtualItems()
  const lastShown = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && lastShown >= chats.length - 15)
      void fetchNextPage()
  }, [lastShown, chats.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  /** The row the keys went to last: an earlier one, drawn late, must not take the focus back. */
  const focusNext = useRef<string | null>(null)
  const at = chats.findIndex((chat) => chat.id === (cursor ?? chatId))
  const move = (step: number) => {
    const index = at < 0 ? 0 : Math.max(0, Math.min(chats.length - 1, at + step))
    const chat = chats[index]
    if (!chat) return
    focusNext.current = chat.id
    setCursor(chat.id)
    rows.scrollToIndex(index)
    scroller.current?.querySelector<HTMLElement>(`[data-chat-row="${chat.id}"]`)?.focus({ preventScroll: true })
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: cursor ? () => go({ chatId: cursor }) : undefined,
    o: cursor ? () => go({ chatId: cursor }) : undefined,
  })
  useEffect(() => {
    if (!cursor || focusNext.current !== cursor) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-chat-row="${cursor}"]`)
    if (!row) return
    focusNext.current = null
    row.focus({ preventScroll: true })
  })

  if (isPending) {
    return (
      <div className="flex-1 overflow-hidden py-1.5" aria-busy="true">
        <span className="sr-only">{text.loading}</span>
        {Array.from({ length: 12 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have nothing else.
          <RowSkeleton key={index} index={index} />
        ))}
      </div>
    )
  }
  if (error && chats.length === 0) {
    return (
      <EmptyState
        icon={CircleAlert}
        warn
        role="alert"
        title={text.error.listTitle}
        action={{ label: text.retry, run: () => void refetch() }}
      >
        {text.error.body}
      </EmptyState>
    )
  }
  if (chats.length === 0) return <NoChats address={address} counts={counts} channels={channels} />

  const shared = filter.view !== 'mine'
  const inDom = visible.some(({ index }) => index === at)
  const tabStop = chats[inDom ? at : (visible[0]?.index ?? 0)]?.id
  return (
    <div ref={scroller} className="thin-scroll min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
      {/* biome-ignore lint/a11y/useSemanticElements: rows are placed by hand; a ul would not be one to a screen reader either. */}
      <div role="list" aria-label={text.list.label} className="relative w-full" style={{ height: rows.getTotalSize() }}>
        {visible.map(({ index, key, start }) => {
          const chat = chats[index]
          return (
            <div
              key={key}
              role={chat ? 'listitem' : 'presentation'}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              {chat ? (
                <ChatRow
                  chat={chat}
                  href={hrefTo({ chatId: chat.id, search: address.searching })}
                  open={chat.id === chatId}
                  tabStop={chat.id === tabStop}
                  shared={shared}
                  onFocus={setCursor}
                />
              ) : (
                <RowSkeleton index={index} />
              )}
            </div>
          )
        })}
      </div>
      {isFetchNextPageError && (
        <div className="sticky bottom-0 flex items-center justify-center gap-3 border-border border-t bg-surface p-2 text-text-muted text-xs">
          {text.error.listTitle}
          <button type="button" className="link" onClick={() => void fetchNextPage()}>
            {text.retry}
          </button>
        </div>
      )}
    </div>
  )
}

/** Keeps the rows under the reader's eyes where they are while others come in above them. */
function useStablePlace(scroller: { current: HTMLDivElement | null }, chats: Chat[], pitch: number) {
  const before = useRef<Chat[]>([])
  useLayoutEffect(() => {
    const element = scroller.current
    const old = before.current
    before.current = chats
    if (!element || element.scrollTop < pitch || old.length === 0 || old === chats) return
    const first = Math.floor(element.scrollTop / pitch)
    const positions = new Map(chats.map((chat, index) => [chat.id, index]))
    // One of the three may be the one that moved; the middle shift is that of the others.
    const shifts = [first, first + 1, first + 2]
      .map((index) => (positions.get(old[index]?.id ?? '') ?? index) - index)
      .sort((a, b) => a - b)
    const shift = shifts[1] ?? 0
    if (shift !== 0 && Math.abs(shift) < 20) element.scrollTop += shift * pitch
  }, [chats, pitch, scroller])
}
