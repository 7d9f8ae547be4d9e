import { eligibleAgents } from '../assignment/eligibility.ts'
import type { Db } from '../data/tables.ts'

const selectUsers = (q: Db) =>
  q
    .selectFrom('users as u')
    .leftJoin('positions as p', 'p.id', 'u.position_id')
    .select([
      'u.id',
      'u.name',
      'u.email',
      'u.contact_number',
      'u.emp_id',
      'u.role',
      'u.position_id',
      'u.is_active',
      'u.can_receive_new_chats',
      'u.created_at',
      'p.name as position_name',
      'p.permissions_json',
    ])

export type UserRow = Awaited<ReturnType<typeof findUser>> & object

/** A person with their position. */
export async function findUser(q: Db, id: string) {
  return (await selectUsers(q).where('u.id', '=', id).executeTakeFirst()) ?? null
}

export async function findUserIdByEmail(q: Db, email: string): Promise<string | null> {
  return (await q.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst())?.id ?? null
}

/** Everybody, or only who may be given new chats; newest first. A team is small enough to be read at once. */
export async function listUsers(q: Db, { assignable }: { assignable: boolean }): Promise<UserRow[]> {
  const query = selectUsers(q).orderBy('u.created_at', 'desc').orderBy('u.id', 'desc')
  if (!assignable) return query.execute()
  const eligible = (await eligibleAgents(q)).map((a) => a.id)
  return eligible.length === 0 ? [] : query.where('u.id', 'in', eligible).execute()
}

/** People who have a position, newest first. */
export const holdersOf = (q: Db, { positionId, limit }: { positionId: string; limit: number }) =>
  selectUsers(q)
    .where('u.position_id', '=', positionId)
    .orderBy('u.created_at', 'desc')
    .orderBy('u.id', 'desc')
    .limit(limit)
    .execute()
