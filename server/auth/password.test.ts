import { parseOptions } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { newPassword } from '../../shared/user.ts'
import { cheapCost } from '../../test/cast.ts'
import { hashPassword, isWeak, passwordMatches } from './password.ts'

describe('a stored password', () => {
  test('AUT-1: is argon2id with at least 19 MiB, 2 passes and 1 lane', async () => {
    const stored = await hashPassword('a fair password')
    const { memoryCost, timeCost, parallelism } = parseOptions(stored)
    expect(stored).toMatch(/^\$argon2id\$/)
    expect(memoryCost).toBeGreaterThanOrEqual(19 * 1024)
    expect(timeCost).toBeGreaterThanOrEqual(2)
    expect(parallelism).toBe(1)
    expect(stored.length).toBeLessThanOrEqual(255)
    expect(isWeak(stored)).toBe(false)
    expect(isWeak(await hashPassword('a fair password', cheapCost))).toBe(true)
  })

  test('AUT-1: at most two are worked on at once, and a third waits for its turn', async () => {
    let atWork = 0
    let most = 0
    const stored = await hashPassword('a fair password', cheapCost)
    const around = {
      before: () => {
        most = Math.max(most, ++atWork)
      },
      after: () => {
        atWork--
      },
    }
    const answers = Array.from({ length: 12 }, () => passwordMatches('a fair password', stored, around))
    expect(await Promise.all(answers)).toEqual(Array(12).fill(true))
    expect(most).toBeLessThanOrEqual(2)
  })

  test('AUT-1: a flood beyond the queue is refused, and the queue is free again afterwards', async () => {
    // A turn is given back one round of the loop after its work: that of the test before this one too.
    await new Promise<void>((resolve) => setImmediate(resolve))
    const flood = await Promise.allSettled(Array.from({ length: 260 }, () => hashPassword('flood', cheapCost)))
    const refused = flood.filter((f) => f.status === 'rejected')
    expect(refused.length).toBe(58)
    expect(refused[0]?.reason).toMatchObject({ code: 'busy', status: 503 })
    expect(await hashPassword('calm again', cheapCost)).toMatch(/^\$argon2id/)
  })

  test('nobody’s password matches nothing, and neither does what is no hash', async () => {
    expect(await passwordMatches('', null)).toBe(false)
    expect(await passwordMatches('anything', null)).toBe(false)
    expect(await passwordMatches('none', 'none')).toBe(false)
  })

  test('AUT-2: is compared as typed, with no change to its letters', async () => {
    const composed = 'caf\u00e9 au lait'
    const stored = await hashPassword(composed, cheapCost)
    expect(await passwordMatches(composed, stored)).toBe(true)
    expect(await passwordMatches(composed.normalize('NFD'), stored)).toBe(false)
    expect(await passwordMatches(`${composed} `, stored)).toBe(false)
  })
})

describe('a new password', () => {
  test.each([8, 64, 128, 1024])('AUT-2: may have %i characters of any kind', (length) => {
    expect(newPassword.safeParse('x'.repeat(length)).success).toBe(true)
    expect(newPassword.safeParse('\u00f1'.repeat(length)).success).toBe(true)
  })
  test.each([0, 7, 1025])('AUT-2: may not have %i', (length) => {
    expect(newPassword.safeParse('x'.repeat(length)).success).toBe(false)
  })
})
