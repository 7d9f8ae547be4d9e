import { type ImportColumn, type ImportFault, importColumns } from '../../shared/team.ts'
import { limits } from '../../shared/user.ts'
import { normalContactNumber, normalEmail, normalEmpId } from '../auth/login-names.ts'
import { assertGoodPassword } from '../auth/password-rules.ts'
import { parseCsv } from '../platform/csv.ts'
import { AppError } from '../platform/errors.ts'
import { type IdentifierField, identifierFields, isEmail, type TakenIdentifiers } from './identifiers.ts'

/** A person of the file, ready to be made once nothing is wrong with any of them. */
export interface ImportPerson {
  row: number
  name: string
  email: string | null
  contactNumber: string | null
  country: string | null
  empId: string | null
  role: 'admin' | 'agent'
  position: { id: string; slug: string } | null
  password: string | null
}

/** What decides whether a person can be made, besides the file. */
export interface ImportRules {
  taken: TakenIdentifiers
  positions: readonly ImportPosition[]
  isAdmin: boolean
  country?: string | undefined
}

export interface ImportPosition {
  id: string
  slug: string
  name: string
  /** Whether the asker may give it. */
  mayGive: boolean
}

export const mostPeople = 2000

type Cells = Record<ImportColumn, string>
type Note = (column: ImportColumn | null, code: ImportFault['code'], message: string) => void

/** Reads the file and says everything that is wrong with it, by row and column. */
export function readImport(csv: string, rules: ImportRules): { people: ImportPerson[]; faults: ImportFault[] } {
  const faults: ImportFault[] = []
  const [head, ...rows] = parseCsv(csv)
  const columns = readHead(head?.cells ?? [], faults)
  const fileFault = (code: ImportFault['code'], message: string) =>
    faults.push({ row: 1, column: null, code, message, value: null })
  if (rows.length === 0) fileFault('no_rows', 'There is nobody in this file.')
  if (rows.length > mostPeople) fileFault('too_many_rows', `At most ${mostPeople} people at once.`)
  if (faults.length > 0) return { people: [], faults }

  const seen = new Map<string, number>()
  const people = rows.map(({ line, cells }) => {
    const values = Object.fromEntries(importColumns.map((c) => [c, cellOf(cells, columns, c)])) as Cells
    const note: Note = (column, code, message) => {
      // A password is not shown back, wherever the list of faults may end up.
      const value = column === null || column === 'password' ? null : values[column].slice(0, 100)
      faults.push({ row: line, column, code, message, value })
    }
    if (cells.length > columns.length) note(null, 'too_many_cells', 'This row has more cells than there are columns.')
    const person = readPerson(values, line, rules, note)
    noteRepeats(person, { seen, taken: rules.taken, note })
    return person
  })
  return { people, faults }
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '')
const otherNames: Record<string, ImportColumn> = {
  mail: 'email',
  emailaddress: 'email',
  phone: 'contactNumber',
  phonenumber: 'contactNumber',
  mobile: 'contactNumber',
  contact: 'contactNumber',
  employeeid: 'empId',
}

/** Which column stands where; null where it is none of ours. */
function readHead(cells: readonly string[], faults: ImportFault[]): (ImportColumn | null)[] {
  const columns = cells.map(
    (cell) => importColumns.find((c) => plain(c) === plain(cell)) ?? otherNames[plain(cell)] ?? null,
  )
  const note = (code: ImportFault['code'], message: string, value: string | null) =>
    faults.push({ row: 1, column: value, code, message, value })
  for (const [i, column] of columns.entries()) {
    const cell = (cells[i] ?? '').slice(0, 100)
    if (column === null)
      note('unknown_column', `There is no column "${cell}". There are: ${importColumns.join(', ')}.`, cell)
    else if (columns.indexOf(column) < i) note('repeated_column', `The column ${column} is there twice.`, cell)
  }
  if (!columns.includes('name')) note('missing_column', 'The column name is missing.', 'name')
  if (!identifierFields.some((field) => columns.includes(field)))
    note('missing_column', 'One of the columns email, contactNumber, empId is needed.', 'email')
  return columns
}

/** A cell without the apostrophe by which spreadsheets mark text. */
function cellOf(cells: readonly string[], columns: readonly (ImportColumn | null)[], column: ImportColumn): string {
  const cell = cells[columns.indexOf(column)] ?? ''
  return column === 'password' ? cell : cell.trim().replace(/^'(?=[=+\-@])/, '')
}

const longest = {
  name: limits.name,
  email: limits.email,
  contactNumber: limits.contactNumber,
  country: limits.country,
  empId: limits.empId,
  password: limits.password,
} as const

function readPerson(cells: Cells, row: number, rules: ImportRules, note: Note): ImportPerson {
  for (const [column, length] of Object.entries(longest) as [keyof typeof longest, number][]) {
    if (cells[column].length > length) note(column, 'too_long', `At most ${length} characters.`)
  }
  if (cells.name === '') note('name', 'required', 'A name is needed.')
  if (cells.email === '' && cells.contactNumber === '' && cells.empId === '')
    note(null, 'no_sign_in_name', 'An e-mail, a contact number or an employee id is needed.')
  const email = cells.email === '' ? null : normalEmail(cells.email)
  if (email !== null && !isEmail(email)) note('email', 'invalid', 'This is no e-mail address.')
  const country = cells.country || rules.country || null
  const contactNumber = cells.contactNumber === '' ? null : normalContactNumber(cells.contactNumber, country)
  if (cells.contactNumber !== '' && contactNumber === null)
    note('contactNumber', 'invalid', 'This is no contact number. Write it with its country, like +47 912 34 567.')
  const person: ImportPerson = {
    row,
    name: cells.name,
    email,
    contactNumber,
    country: cells.country || null,
    empId: cells.empId === '' ? null : normalEmpId(cells.empId),
    role: readRole(cells.role, rules, note),
    position: readPosition(cells.position, rules, note),
    password: cells.password === '' ? null : cells.password,
  }
  checkPassword(person, note)
  return person
}

function readRole(cell: string, { isAdmin }: ImportRules, note: Note): 'admin' | 'agent' {
  const role = cell.toLowerCase()
  if (role !== '' && role !== 'agent' && role !== 'admin') note('role', 'invalid', 'The role is admin or agent.')
  if (role !== 'admin') return 'agent'
  if (!isAdmin) note('role', 'admins_only', 'Only an admin can make admins.')
  return 'admin'
}

function readPosition(cell: string, { positions }: ImportRules, note: Note): ImportPerson['position'] {
  if (cell === '') return null
  const wanted = cell.toLowerCase()
  const found =
    positions.find((p) => p.slug.toLowerCase() === wanted) ?? positions.find((p) => p.name.toLowerCase() === wanted)
  if (!found) note('position', 'unknown_position', 'There is no such position.')
  else if (!found.mayGive) note('position', 'beyond_own', 'This position is not yours to give.')
  return found ?? null
}

function checkPassword(person: ImportPerson, note: Note): void {
  if (person.password === null) return
  try {
    if ([...person.password].length < 8) throw new AppError('weak_password', 400, 'At least 8 characters.')
    assertGoodPassword(person.password, person)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    note('password', 'weak_password', error.message)
  }
}

/** The same person twice in the file, or somebody who is there already, in any spelling. */
function noteRepeats(
  person: ImportPerson,
  { seen, taken, note }: { seen: Map<string, number>; taken: TakenIdentifiers; note: Note },
): void {
  for (const field of identifierFields) {
    const value = person[field]
    if (value === null) continue
    const key = `${field} ${taken.keyOf(field, value)}`
    const earlier = seen.get(key)
    if (earlier !== undefined) note(field, 'repeated', `Row ${earlier} has the same.`)
    else seen.set(key, person.row)
    if (taken.ownerOf(field as IdentifierField, value) !== null) note(field, 'taken', 'Somebody here already has this.')
  }
}
