import { normalContactNumber, normalEmail, normalEmpId } from '../auth/login-names.ts'
import type { Db } from '../data/tables.ts'
import { AppError } from '../platform/errors.ts'

/** What somebody signs in by, in the stored form. */
export interface Identifiers {
  email: string | null
  contactNumber: string | null
  empId: string | null
}

export const identifierFields = ['email', 'contactNumber', 'empId'] as const
export type IdentifierField = (typeof identifierFields)[number]

/** Rows of another program may hold any spelling. */
const keyOf = {
  email: (text: string) => normalEmail(text),
  contactNumber: (text: string) => normalContactNumber(text) ?? text.replace(/\D/g, ''),
  empId: (text: string) => normalEmpId(text).toLowerCase(),
} as const

/** Who has which identifiers, in any spelling. Asked under the lock that every change of the team takes. */
export interface TakenIdentifiers {
  ownerOf(field: IdentifierField, value: string): string | null
  /** What makes two spellings the same. */
  keyOf(field: IdentifierField, value: string): string
  add(userId: string, identifiers: Identifiers): void
}

/** Everybody's identifiers in one statement: no index knows all spellings of a number. */
export async function takenIdentifiers(q: Db): Promise<TakenIdentifiers> {
  const owners = new Map<string, string>()
  const taken: TakenIdentifiers = {
    keyOf: (field, value) => keyOf[field](value),
    ownerOf: (field, value) => owners.get(`${field} ${keyOf[field](value)}`) ?? null,
    add(userId, identifiers) {
      for (const field of identifierFields) {
        const value = identifiers[field]
        if (value !== null) owners.set(`${field} ${keyOf[field](value)}`, userId)
      }
    },
  }
  const rows = await q.selectFrom('users').select(['id', 'email', 'contact_number', 'emp_id']).execute()
  for (const row of rows) {
    taken.add(row.id, { email: row.email, contactNumber: row.contact_number, empId: row.emp_id })
  }
  return taken
}

const words = { email: 'e-mail', contactNumber: 'contact number', empId: 'employee id' } as const

/** @throws AppError 409 `identifier_taken` naming the field */
export async function assertFree(q: Db, { userId, ...wanted }: Identifiers & { userId: string | null }): Promise<void> {
  const taken = await takenIdentifiers(q)
  for (const field of identifierFields) {
    const value = wanted[field]
    const owner = value === null ? null : taken.ownerOf(field, value)
    if (owner !== null && owner !== userId) {
      throw new AppError('identifier_taken', 409, `Somebody already has this ${words[field]}.`, { field })
    }
  }
}

const emailForm = /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+\.[^\s@.<>"(),:;\\[\]]+$/

export const isEmail = (text: string) => emailForm.test(text)

/**
 * Sign-in names as they are stored.
 * @throws AppError 400 `invalid_identifier` naming the field
 */
export function storedIdentifiers(given: Partial<Identifiers> & { country?: string | null | undefined }): Identifiers {
  const email = given.email ? normalEmail(given.email) : null
  if (email !== null && !isEmail(email)) throw invalid('email', 'This is no e-mail address.')
  const contactNumber = given.contactNumber ? normalContactNumber(given.contactNumber, given.country) : null
  if (given.contactNumber && contactNumber === null) {
    throw invalid('contactNumber', 'This is no contact number. Write it with its country, like +47 912 34 567.')
  }
  return { email, contactNumber, empId: given.empId ? normalEmpId(given.empId) : null }
}

const invalid = (field: IdentifierField, message: string) => new AppError('invalid_identifier', 400, message, { field })

/** @throws AppError 400 `no_sign_in_name` */
export function assertCanSignIn({ email, contactNumber, empId }: Identifiers): void {
  if (email || contactNumber || empId) return
  throw new AppError(
    'no_sign_in_name',
    400,
    'An e-mail, a contact number or an employee id is needed: it is what one signs in by.',
    { field: 'email' },
  )
}
