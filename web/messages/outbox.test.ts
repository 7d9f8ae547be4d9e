import { describe, expect, it } from 'vitest'
import type { Message } from '../../shared/message.ts'
import { ApiError } from '../api.ts'
import { openDrafts } from './drafts.ts'
import { type OutboxItem, openOutbox } from './outbox.ts'

function memory(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

const line = (key: string, chatId = 'chat') => ({
  key,
  chatId,
  text: key,
  replyTo: null,
  humanAgent: false,
  at: '2026-11-22T12:00:00.000Z',
})
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function screen(answer: (item: OutboxItem) => Promise<void>, storage = memory()) {
  const posted: string[] = []
  const accepted: string[] = []
  const later: (() => void)[] = []
  const outbox = openOutbox({
    storage,
    storageKey: 'outbox',
    wait: (_, then) => void later.push(then),
    onAccepted: (message) => void accepted.push(message.id),
    async post(item) {
      posted.push(item.key)
      await answer(item)
      return { id: item.key } as Message
    },
  })
  return { outbox, posted, accepted, later, storage }
}

describe('the outbox', () => {
  it('sends in the order of writing within a chat, and not the next before the last is taken', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const { outbox, posted, accepted } = screen(() => gate)
    outbox.add(line('1'))
    outbox.add(line('2'))
    outbox.add(line('other', 'another chat'))
    await settled()
    expect(posted).toEqual(['1', 'other'])
    open()
    await settled()
    expect(accepted).toEqual(['1', 'other', '2'])
    expect(outbox.list()).toEqual([])
  })

  it('SND-1: repeats a lost one with the same key, after a reload too', async () => {
    const { outbox, posted, later, storage } = screen(async () => {
      throw new ApiError(0, 'unreachable', '')
    })
    outbox.add(line('1'))
    outbox.add(line('2'))
    await settled()
    expect(outbox.list().map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    expect(later).toHaveLength(1)
    later[0]?.()
    await settled()
    expect(posted).toEqual(['1', '1'])

    const reloaded = screen(async () => {}, storage)
    expect(reloaded.outbox.list().map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    reloaded.outbox.flush()
    await settled()
    expect(reloaded.posted).toEqual(['1', '2'])
    expect(storage.kept.size).toBe(0)
  })

  it('keeps a refused one with its reason, and goes on with the next', async () => {
    const { outbox, accepted } = screen(async (item) => {
      if (item.key === '1') throw new ApiError(422, 'outside_window', '')
    })
    outbox.add(line('1'))
    outbox.add(line('2'))
    await settled()
    expect(accepted).toEqual(['2'])
    expect(outbox.list()).toMatchObject([{ key: '1', state: 'refused', code: 'outside_window' }])
    outbox.remove('1')
    expect(outbox.list()).toEqual([])
  })
})

describe('drafts', () => {
  it('are kept per person and chat, and forgotten when emptied', () => {
    const storage = memory()
    openDrafts('maya', storage).write('chat', 'The runner comes in 70')
    expect(openDrafts('maya', storage).read('chat')).toBe('The runner comes in 70')
    expect(openDrafts('ines', storage).read('chat')).toBe('')
    openDrafts('maya', storage).write('chat', '  ')
    expect(storage.kept.size).toBe(0)
  })

  it('live on without storage', () => {
    const full = {
      ...memory(),
      setItem() {
        throw new Error('quota')
      },
    }
    const drafts = openDrafts('maya', full)
    drafts.write('chat', 'kept')
    expect(drafts.read('chat')).toBe('kept')
  })
})
