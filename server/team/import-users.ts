import type { z } from 'zod'
import type { ImportOutcome, importBody } from '../../shared/team.ts'
import { handOutWaiting } from '../assignment/rotation.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import { createInvitation } from '../auth/invitations.ts'
import { hashPassword } from '../auth/password.ts'
import { closeSetup } from '../auth/setup-token.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { AppError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { identifiersOf } from './add-user.ts'
import { type Authority, authorityOf, changeTeam } from './authority.ts'
import { takenIdentifiers } from './identifiers.ts'
import { permissionsOf } from './permissions.ts'
import { noPassword } from './queries.ts'
import { type ImportPerson, type ImportPosition, type ImportRules, readImport } from './read-import.ts'

/**
 * Makes everybody in a CSV file, or nobody: with the password given there, or with an invitation. A dry run tells every
 * fault by row and column and writes nothing.
 * @throws AppError 422 `import_faults` with the faults
 */
export async function importUsers(
  ctx: Ctx,
  asker: Asker,
  { csv, dryRun, country }: z.output<typeof importBody>,
): Promise<ImportOutcome> {
  const looked = await ctx.db.transaction(async (tx) =>
    readImport(csv, await rulesOf(ctx, tx, await authorityOf(ctx, tx, asker), country)),
  )
  if (dryRun) return { dryRun, people: looked.people.length, faults: looked.faults, made: [] }
  refuseFaults(looked)
  // Hundreds of hashes take a while: outside of any transaction, and looked through again inside the one that writes.
  const hashes = await hashAll(looked.people)
  return changeTeam(ctx, asker, ['user:invite'], async (tx, by, at) => {
    const read = readImport(csv, await rulesOf(ctx, tx, by, country))
    refuseFaults(read)
    const made = await insertPeople(ctx, tx, { people: read.people, hashes, at })
    recordImport(tx, asker, { people: read.people, made, at })
    await handOutWaiting(tx, { at })
    return { dryRun, people: made.length, faults: [], made }
  })
}

async function rulesOf(ctx: Ctx, tx: Tx, by: Authority, country: string | undefined): Promise<ImportRules> {
  const rows = await tx.q.selectFrom('positions').select(['id', 'slug', 'name', 'permissions_json']).execute()
  const positions: ImportPosition[] = rows.map(({ permissions_json, ...position }) => ({
    ...position,
    mayGive:
      by.holds.has('position:assign') &&
      [...permissionsOf({ role: 'agent', position_id: position.id, permissions_json }, ctx.log)].every((code) =>
        by.holds.has(code),
      ),
  }))
  return { taken: await takenIdentifiers(tx.q), positions, isAdmin: by.isAdmin, country }
}

function refuseFaults({ faults }: Pick<ImportOutcome, 'faults'>): void {
  if (faults.length === 0) return
  throw new AppError('import_faults', 422, 'Nobody was made: something in this file is wrong.', { faults })
}

/** By row. One after the other: sign-ins get their turn in between. */
async function hashAll(people: readonly ImportPerson[]): Promise<Map<number, string>> {
  const hashes = new Map<number, string>()
  for (const { row, password } of people) if (password !== null) hashes.set(row, await hashPassword(password))
  return hashes
}

interface Writing {
  people: readonly ImportPerson[]
  hashes: ReadonlyMap<number, string>
  at: number
}

async function insertPeople(ctx: Ctx, tx: Tx, { people, hashes, at }: Writing): Promise<ImportOutcome['made']> {
  const rows = people.map((person) => ({
    id: newId(at),
    name: person.name,
    email: person.email,
    contact_number: person.contactNumber,
    country: person.country,
    emp_id: person.empId,
    password_hash: hashes.get(person.row) ?? noPassword,
    role: person.role,
    position_id: person.position?.id ?? null,
    is_active: 1 as const,
    can_receive_new_chats: 1 as const,
    created_at: dbTime(at),
    updated_at: dbTime(at),
  }))
  await insertAll(tx, 'users', rows)
  if (people.some((person) => person.role === 'admin')) await closeSetup(tx, at)
  const made: ImportOutcome['made'] = []
  for (const { id, name, password_hash } of rows) {
    const invitationLink = password_hash === noPassword ? await createInvitation(ctx, tx, id) : null
    made.push({ id, name, invitationLink })
    tx.change({ type: 'user.updated', userId: id })
  }
  return made
}

function recordImport(
  tx: Tx,
  asker: Asker,
  { people, made, at }: { people: readonly ImportPerson[]; made: ImportOutcome['made']; at: number },
): void {
  for (const [i, person] of people.entries()) {
    recordAudit(tx, {
      ...asker,
      action: 'user.created',
      targetType: 'user',
      targetId: made[i]?.id ?? null,
      targetName: person.name,
      after: {
        name: person.name,
        ...identifiersOf(person),
        role: person.role,
        position: person.position?.slug ?? null,
        invited: person.password === null,
        imported: true,
      },
      at,
    })
  }
  recordAudit(tx, {
    ...asker,
    action: 'users.imported',
    targetType: 'user',
    targetId: null,
    after: { people: made.length },
    at,
  })
}
