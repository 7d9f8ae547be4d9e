import { AppError } from '../platform/errors.ts'
import { isCommonPassword } from './common-passwords.ts'

/** What a password should not be made of. */
export interface PasswordOwner {
  name: string
  email?: string | null | undefined
  contactNumber?: string | null | undefined
  empId?: string | null | undefined
}

const leastLength = 8
const shortestWord = 4

/**
 * Refuses a new password that is guessed first: a common one, or one of which too little is left without the words
 * everybody knows about its owner (AUT-2). Length is the schema's matter; what kinds of characters it has is nobody's.
 * @throws AppError `weak_password` with details { reason: 'common' | 'personal' }
 */
export function assertGoodPassword(password: string, owner: PasswordOwner): void {
  if (isCommonPassword(password)) {
    throw new AppError(
      'weak_password',
      400,
      'This password is among those that are guessed first. Choose another one.',
      {
        reason: 'common',
      },
    )
  }
  if (ownPart(password, owner) < leastLength) {
    throw new AppError(
      'weak_password',
      400,
      'This password is made of the name, the e-mail, the number or the product. Add at least 8 other characters.',
      { reason: 'personal' },
    )
  }
}

/** How many characters are left without the known words. */
function ownPart(password: string, owner: PasswordOwner): number {
  const known = ['ticklegram', ...wordsOf(owner)].filter((word) => word.length >= shortestWord)
  const longestFirst = known.toSorted((a, b) => b.length - a.length)
  return [...longestFirst.reduce((rest, word) => rest.replaceAll(word, ''), folded(password))].length
}

function wordsOf({ name, email, contactNumber, empId }: PasswordOwner): string[] {
  const digits = contactNumber?.replace(/\D/g, '') ?? ''
  const texts = [name, email ?? '', empId ?? ''].map(folded)
  // The whole, as typed without gaps, and its parts.
  return [
    ...texts,
    ...texts.map((t) => t.replace(/\s/g, '')),
    ...texts.flatMap((t) => t.split(/[^\p{L}\p{N}]+/u)),
    digits,
  ]
}

/** Letters without case and accents: José, JOSE and jose are one word. Only for comparing, never for storing. */
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
