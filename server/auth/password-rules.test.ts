import { describe, expect, test } from 'vitest'
import { AppError } from '../platform/errors.ts'
import { assertGoodPassword } from './password-rules.ts'

const ines = {
  name: 'Inês Duarte',
  email: 'ines.duarte@nordlys.example',
  contactNumber: '+351912345678',
  empId: 'E-1704',
}

function reasonFor(password: string): unknown {
  try {
    assertGoodPassword(password, ines)
    return null
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'weak_password') throw error
    return (error.details as { reason: string }).reason
  }
}

describe('a new password', () => {
  test.each(['password', 'PASSWORD', '12345678', 'qwertyuiop', 'iloveyou', 'football'])(
    'AUT-2: is refused as a common one: %s',
    (password) => expect(reasonFor(password)).toBe('common'),
  )

  test.each([
    'inesduarte',
    'INES.Duarte2026',
    'Inês Duarte!',
    'ticklegram1',
    'TickleGram2026!',
    'nordlys-1234',
    'ines.duarte@nordlys.example',
    '351912345678',
    'duarteduarteduarte',
    'E-1704ines',
  ])('AUT-2: is refused when it is made of what everybody knows: %s', (password) =>
    expect(reasonFor(password)).toBe('personal'),
  )

  test.each([
    'correct horse battery staple',
    'duarte keeps eleven geese',
    'ticklegram at midnight',
    'pässwörter mögen Umlaute',
    'åååååååå',
    '🦆🦆🦆🦆🦆🦆🦆🦆',
    'all lower case and nothing else',
  ])('AUT-2: is taken without any rule about its characters: %s', (password) => expect(reasonFor(password)).toBe(null))
})
