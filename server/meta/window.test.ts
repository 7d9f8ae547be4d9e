import { describe, expect, test } from 'vitest'
import { closingSoonRange, messagingWindow } from './window.ts'

const wrote = Date.parse('2026-11-20T10:00:00.000Z')
const hour = 3_600_000
const day = 24 * hour

describe('SND-11: the messaging window', () => {
  test.each([
    ['the moment the customer wrote', 0, 'open'],
    ['23:59:59.999 later', day - 1, 'open'],
    ['24:00:00.000 later', day, 'human_agent'],
    ['one millisecond after 24 h', day + 1, 'human_agent'],
    ['6 days 23:59:59.999 later', 7 * day - 1, 'human_agent'],
    ['7 days later', 7 * day, 'closed'],
    ['a year later', 365 * day, 'closed'],
    ['when their clock is ahead of ours', -90_000, 'open'],
  ] as const)('%s', (_, age, state) => {
    expect(messagingWindow(wrote, wrote + age)).toEqual({
      state,
      closesAt: '2026-11-21T10:00:00.000Z',
      humanAgentUntil: '2026-11-27T10:00:00.000Z',
    })
  })

  test('there is none before the customer has written', () => {
    expect(messagingWindow(null, wrote)).toEqual({ state: 'none', closesAt: null, humanAgentUntil: null })
  })

  test('closing soon are exactly the open windows with at most four hours left', () => {
    const soon = (age: number) => {
      const { after, until } = closingSoonRange(wrote + age)
      return wrote > after && wrote <= until
    }
    expect([20 * hour - 1, 20 * hour, day - 1, day].map(soon)).toEqual([false, true, true, false])
  })
})
