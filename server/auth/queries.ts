import type { Db } from '../data/tables.ts'
import { normalContactNumber, normalEmail, normalEmpId } from './login-names.ts'

export interface Credentials {
  id: string
  password_hash: string
  is_active: 0 | 1
  /** When the second step of signing in came into force. */
  totp_since: string | null
}

/**
 * Who a sign-in name belongs to: an e-mail, a contact number or an employee id, in this order when it could be several
 * people's. As typed it is looked for too, for rows that another program wrote in its own form.
 * @param country where a contact number without its country is from
 */
export async function findCredentials(q: Db, login: string, country?: string): Promise<Credentials | null> {
  const typed = login.trim()
  const email = normalEmail(login)
  const number = normalContactNumber(login, country)
  const empId = normalEmpId(login)
  const found = await q
    .selectFrom('users as u')
    .leftJoin('user_totp as t', 't.user_id', 'u.id')
    .select([
      'u.id',
      'u.password_hash',
      'u.is_active',
      'u.email',
      'u.contact_number',
      'u.emp_id',
      't.confirmed_at as totp_since',
    ])
    .where((where) =>
      where.or([
        where('u.email', 'in', [email, typed]),
        where('u.contact_number', 'in', number ? [number, typed] : [typed]),
        where('u.emp_id', '=', empId),
      ]),
    )
    .execute()
  const rank = (user: (typeof found)[number]) =>
    user.email === email || user.email === typed
      ? 0
      : user.contact_number === number || user.contact_number === typed
        ? 1
        : 2
  return found.toSorted((a, b) => rank(a) - rank(b))[0] ?? null
}

/** A person with what their position says: what decides who they are to the program. */
export interface PersonRow {
  user_id: string
  name: string
  role: 'admin' | 'agent'
  is_active: 0 | 1
  position_id: string | null
  permissions_json: string | null
  /** When the second step of signing in came into force. */
  totp_since: string | null
}

export interface SessionRow extends PersonRow {
  id: string
  last_seen_at: string
  expires_at: string
}

const selectSessions = (q: Db) =>
  q
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .leftJoin('positions as p', 'p.id', 'u.position_id')
    .leftJoin('user_totp as t', 't.user_id', 'u.id')
    .select([
      's.id',
      's.user_id',
      's.last_seen_at',
      's.expires_at',
      'u.name',
      'u.role',
      'u.is_active',
      'u.position_id',
      'p.permissions_json',
      't.confirmed_at as totp_since',
    ])

/** The session of a token's hash with its person and what the position says, in one statement. */
export async function findSession(q: Db, tokenHash: string): Promise<SessionRow | null> {
  return (await selectSessions(q).where('s.token_hash', '=', tokenHash).executeTakeFirst()) ?? null
}

const listed = 1000

/** These sessions, as far as they still stand, with their people. */
export async function findSessions(q: Db, ids: readonly string[]): Promise<SessionRow[]> {
  const rows: SessionRow[] = []
  for (let i = 0; i < ids.length; i += listed) {
    rows.push(
      ...(await selectSessions(q)
        .where('s.id', 'in', ids.slice(i, i + listed))
        .execute()),
    )
  }
  return rows
}

export interface ApiTokenRow extends PersonRow {
  id: string
  expires_at: string
  last_used_at: string | null
  granted_json: string
}

/** The API token of a hash with the person it acts for, in one statement. */
export async function findApiToken(q: Db, tokenHash: string): Promise<ApiTokenRow | null> {
  const row = await q
    .selectFrom('api_tokens as k')
    .innerJoin('users as u', 'u.id', 'k.user_id')
    .leftJoin('positions as p', 'p.id', 'u.position_id')
    .leftJoin('user_totp as t', 't.user_id', 'u.id')
    .select([
      'k.id',
      'k.user_id',
      'k.expires_at',
      'k.last_used_at',
      'k.permissions_json as granted_json',
      'u.name',
      'u.role',
      'u.is_active',
      'u.position_id',
      'p.permissions_json',
      't.confirmed_at as totp_since',
    ])
    .where('k.token_hash', '=', tokenHash)
    .executeTakeFirst()
  return row ?? null
}
