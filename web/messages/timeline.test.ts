import { describe, expect, it } from 'vitest'
import type { ChatAssignment } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { mergeMessage, removeMessage } from './merge-message.ts'
import { firstUnread, timeline } from './timeline.ts'

const at = (day: number, minute: number) => new Date(2026, 10, day, 12, minute).toISOString()

const incoming = (id: string, timestamp: string, part: Partial<Message> = {}): Message => ({
  id,
  chatId: 'chat',
  platform: 'FACEBOOK',
  sender: 'FACEBOOK_USER',
  content: id,
  messageType: 'text',
  kind: 'text',
  attachments: [],
  timestamp,
  isGif: false,
  isTicklegram: false,
  state: null,
  failure: null,
  sentBy: null,
  origin: 'customer',
  replyTo: null,
  clientKey: null,
  ...part,
})
const answer = (id: string, timestamp: string, part: Partial<Message> = {}) =>
  incoming(id, timestamp, {
    sender: 'AGENT',
    state: 'sent',
    origin: 'ticklegram',
    sentBy: { id: 'ines', name: 'Ines' },
    ...part,
  })

const read = (messages: Message[], part: Partial<Parameters<typeof timeline>[0]> = {}) =>
  timeline({ messages, assignments: [], firstUnreadId: null, complete: true, ...part }).map((item) =>
    item.type === 'group'
      ? item.messages.map(({ id }) => id).join('+')
      : item.type === 'event'
        ? item.assignment.id
        : item.type,
  )

describe('a thread', () => {
  it('groups what one person wrote in one go, and begins anew after a pause', () => {
    const messages = [
      incoming('a', at(20, 0)),
      incoming('b', at(20, 1)),
      incoming('c', at(20, 9)),
      answer('d', at(20, 10)),
    ]
    expect(read(messages)).toEqual(['day', 'a+b', 'c', 'd'])
  })

  it('keeps a message that needs words by itself', () => {
    const failed = answer('b', at(20, 1), { state: 'unknown' })
    expect(read([answer('a', at(20, 0)), failed, answer('c', at(20, 2))])).toEqual(['day', 'a', 'b', 'c'])
  })

  it('tells two agents apart, and an agent from the native app', () => {
    const other = answer('b', at(20, 1), { sentBy: { id: 'tomas', name: 'Tomas' } })
    const app = answer('c', at(20, 2), { sender: 'FACEBOOK_PAGE', origin: 'page_inbox', sentBy: null })
    expect(read([answer('a', at(20, 0)), other, app])).toEqual(['day', 'a', 'b', 'c'])
  })

  it('divides by days and marks where the unread part begins', () => {
    const messages = [incoming('a', at(20, 0)), incoming('b', at(21, 0)), incoming('c', at(21, 1))]
    expect(read(messages, { firstUnreadId: 'c' })).toEqual(['day', 'a', 'day', 'b', 'unread', 'c'])
  })

  it('puts what happened to the chat between its messages, but nothing from before the loaded history', () => {
    const event = (id: string, when: string): ChatAssignment => ({
      id,
      chatId: 'chat',
      at: when,
      reason: 'claimed',
      from: null,
      to: null,
      by: null,
      eligible: null,
      note: null,
    })
    const assignments = [event('late', at(20, 30)), event('between', at(20, 5)), event('old', at(1, 0))]
    const messages = [incoming('a', at(20, 0)), incoming('b', at(20, 10))]
    expect(read(messages, { assignments, complete: false })).toEqual(['day', 'a', 'between', 'b', 'late'])
    expect(read(messages, { assignments })).toEqual(['day', 'old', 'day', 'a', 'between', 'b', 'late'])
  })

  it('counts unread from the end, in customer messages only', () => {
    const messages = [
      incoming('a', at(20, 0)),
      incoming('b', at(20, 1)),
      answer('c', at(20, 2)),
      incoming('d', at(20, 3)),
    ]
    expect(firstUnread(messages, 2)).toBe('b')
    expect(firstUnread(messages, 9)).toBe('a')
    expect(firstUnread(messages, 0)).toBeNull()
  })
})

describe('a message that came or changed', () => {
  const data = (next: string | null) => ({
    pages: [{ items: [incoming('c', at(20, 3)), incoming('a', at(20, 1))], next, seq: 5 }],
    pageParams: [null],
  })
  const ids = (thread: ReturnType<typeof data>) => thread.pages[0]?.items.map(({ id }) => id).join('')

  it('stands at its own time, not at the time it arrived', () => {
    expect(ids(mergeMessage(data(null), incoming('b', at(20, 2)), 6))).toBe('cba')
    expect(ids(mergeMessage(data(null), incoming('d', at(20, 4)), 6))).toBe('dca')
  })

  it('stays away when it belongs to history that is not loaded', () => {
    expect(ids(mergeMessage(data('more'), incoming('0', at(20, 0)), 6))).toBe('ca')
    expect(ids(mergeMessage(data(null), incoming('0', at(20, 0)), 6))).toBe('ca0')
  })

  it('goes when it was another message all along, unless the thread was read after that', () => {
    expect(ids(removeMessage(data(null), 'a', 6))).toBe('c')
    const thread = data(null)
    expect(removeMessage(thread, 'a', 5)).toBe(thread)
    expect(removeMessage(thread, 'unknown', 6)).toBe(thread)
  })

  it('changes nothing that was read after it', () => {
    const thread = data(null)
    expect(mergeMessage(thread, incoming('a', at(20, 1), { content: 'old' }), 5)).toBe(thread)
  })
})
