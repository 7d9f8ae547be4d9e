import { describe, expect, it } from 'vitest'
import type { Chat } from '../../shared/chat.ts'
import { flatten, type ListContext, mergeChat, removeChat, type Snapshots } from './merge-chat.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString()

const chat = (id: string, minute: number, part: Partial<Chat> = {}): Chat => ({
  id,
  platform: 'INSTAGRAM',
  facebookPageId: '333',
  pageName: 'nordlys.interiors',
  pageActive: true,
  instagramUserId: `u-${id}`,
  facebookUserId: null,
  username: id,
  contact: { id, platform: 'INSTAGRAM', name: id, username: null, firstSeenAt: at(0), lastSeenAt: at(minute) },
  lastMessage: 'Hello',
  lastMessageKind: 'text',
  lastMessageSender: 'INSTAGRAM_USER',
  lastMessageState: null,
  status: 'assigned',
  assignedTo: 'ines',
  assignee: { id: 'ines', name: 'Ines Duarte' },
  unreadCount: 1,
  waiting: true,
  window: { state: 'open', closesAt: at(24 * 60), humanAgentUntil: at(7 * 24 * 60) },
  lastIncomingAt: at(minute),
  lastOutgoingAt: null,
  activityAt: at(minute),
  createdAt: at(0),
  updatedAt: at(minute),
  ...part,
})

const context = (part: Partial<ListContext> = {}): ListContext => ({
  filter: { view: 'all' },
  meId: 'ines',
  now: Date.parse(at(59)),
  openId: null,
  ...part,
})

const list = (...pages: { items: Chat[]; seq: number }[]): Snapshots<Chat> => ({
  pages: pages.map(({ items, seq }, index) => ({ items, seq, next: index < pages.length - 1 ? 'more' : null })),
  pageParams: pages.map(() => null),
})
const names = (data: Snapshots<Chat>) => data.pages.map((page) => page.items.map(({ id }) => id).join(''))

describe('a change in a list of chats', () => {
  const two = list(
    { items: [chat('a', 50), chat('b', 40)], seq: 10 },
    { items: [chat('c', 30), chat('d', 20)], seq: 20 },
  )

  it('moves the chat that was active to the top, from a later page too', () => {
    expect(names(mergeChat(two, chat('d', 55), 21, context()))).toEqual(['dab', 'c'])
  })

  it('leaves a page alone that is newer than the change', () => {
    expect(mergeChat(two, chat('c', 55), 20, context())).toBe(two)
    expect(names(mergeChat(two, chat('b', 55), 20, context()))).toEqual(['ba', 'cd'])
  })

  it('puts a new chat where its activity says', () => {
    expect(names(mergeChat(two, chat('x', 45), 30, context()))).toEqual(['axb', 'cd'])
  })

  it('keeps the identity of everything that did not change, so that only one row renders', () => {
    const after = mergeChat(two, chat('c', 31), 30, context())
    expect(after.pages[0]).toBe(two.pages[0])
    expect(after.pages[1]?.items[1]).toBe(two.pages[1]?.items[1])
  })

  it('does not show a chat that belongs below what is loaded', () => {
    const open = { ...two, pages: two.pages.map((page) => ({ ...page, next: 'more' })) }
    expect(names(mergeChat(open, chat('x', 1), 30, context()))).toEqual(['ab', 'cd'])
    expect(names(mergeChat(two, chat('x', 1), 30, context()))).toEqual(['ab', 'cdx'])
  })

  it('takes out a chat that no longer fits the view', () => {
    const mine = context({ filter: { view: 'mine' } })
    expect(names(mergeChat(two, chat('a', 56, { assignedTo: 'tomas' }), 30, mine))).toEqual(['b', 'cd'])
  })

  it('keeps the open chat in the unread list while it is being read', () => {
    const read = chat('a', 50, { unreadCount: 0 })
    const unread = { filter: { view: 'all', unread: 'true' } } as const
    expect(names(mergeChat(two, read, 30, context({ ...unread, openId: 'a' })))).toEqual(['ab', 'cd'])
    expect(names(mergeChat(two, read, 30, context({ ...unread, openId: 'b' })))).toEqual(['b', 'cd'])
  })

  it('updates what a search found and adds nothing to it', () => {
    const search = context({ filter: { view: 'all', q: 'a' } })
    expect(names(mergeChat(two, chat('x', 55), 30, search))).toEqual(['ab', 'cd'])
    expect(names(mergeChat(two, chat('b', 55), 30, search))).toEqual(['ba', 'cd'])
  })

  it('RT-4: removes a chat that moved away, unless the page was read after that', () => {
    expect(names(removeChat(two, 'a', 11))).toEqual(['b', 'cd'])
    expect(removeChat(two, 'd', 20)).toBe(two)
  })

  it('shows a chat once when it moved between two pages being loaded', () => {
    const twice = list({ items: [chat('a', 50)], seq: 10 }, { items: [chat('a', 20), chat('b', 10)], seq: 12 })
    expect(flatten(twice).map(({ id, activityAt }) => [id, activityAt])).toEqual([
      ['a', at(20)],
      ['b', at(10)],
    ])
  })
})
