import { describe, expect, it } from 'vitest'
import { span } from '../dates.ts'
import { windowAt } from './window.ts'

const wrote = Date.parse('2026-11-20T10:00:00.000Z')
const hour = 3_600_000
const window = {
  state: 'open',
  closesAt: '2026-11-21T10:00:00.000Z',
  humanAgentUntil: '2026-11-27T10:00:00.000Z',
} as const

describe('the messaging window on screen', () => {
  it('is open to the last millisecond of the 24th hour, whatever it was when it was fetched', () => {
    expect(windowAt(window, wrote + 24 * hour - 1)).toMatchObject({ state: 'open', left: 1 })
    expect(windowAt(window, wrote + 24 * hour)).toMatchObject({ state: 'human_agent' })
  })

  it('warns when under four hours are left', () => {
    expect(windowAt(window, wrote + 20 * hour)).toMatchObject({ soon: false })
    expect(windowAt(window, wrote + 20 * hour + 1)).toMatchObject({ soon: true })
  })

  it('is closed after seven days and says since when', () => {
    expect(windowAt(window, wrote + 168 * hour)).toEqual({ state: 'closed', since: window.humanAgentUntil })
  })

  it('does not exist before the customer wrote', () => {
    expect(windowAt({ state: 'none', closesAt: null, humanAgentUntil: null }, wrote)).toEqual({ state: 'none' })
  })
})

describe('a span in words', () => {
  it.each([
    [3 * 24 * hour + 5 * hour, '3 days'],
    [47 * hour, '47 h'],
    [21.9 * hour, '21 h'],
    [2 * hour + 40 * 60_000, '2 h 40 m'],
    [2 * hour, '2 h'],
    [24 * 60_000 + 59_000, '24 min'],
    [44_100, '45 s'],
    [-5, '0 s'],
  ])('%d ms is %s', (milliseconds, words) => expect(span(milliseconds)).toBe(words))
})
