import { sql } from 'kysely'
import type { Db } from '../data/tables.ts'

/** Stands for the password of who was invited and has not chosen one yet; it matches none. */
export const noPassword = 'none'

export const selectUsers = (q: Db) =>
  q
    .selectFrom('users as u')
    .leftJoin('positions as p', 'p.id', 'u.position_id')
    .select([
      'u.id',
      'u.name',
      'u.email',
      'u.contact_number',
      'u.country',
      'u.emp_id',
      'u.role',
      'u.position_id',
      'u.is_active',
      'u.can_receive_new_chats',
      'u.created_at',
      'p.name as position_name',
      'p.permissions_json',
    ])
    // Never the hash itself: what is not read cannot leak.
    .select(sql<0 | 1>`case when u.password_hash = ${noPassword} then 1 else 0 end`.as('is_invited'))

export type UserRow = Awaited<ReturnType<typeof findUser>> & object

/** A person with their position. */
export async function findUser(q: Db, id: string) {
  return (await selectUsers(q).where('u.id', '=', id).executeTakeFirst()) ?? null
}

export async function findUserIdByEmail(q: Db, email: string): Promise<string | null> {
  return (await q.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst())?.id ?? null
}

/** People who have a position, newest first. */
export const holdersOf = (q: Db, { positionId, limit }: { positionId: string; limit: number }) =>
  selectUsers(q)
    .where('u.position_id', '=', positionId)
    .orderBy('u.created_at', 'desc')
    .orderBy('u.id', 'desc')
    .limit(limit)
    .execute()
