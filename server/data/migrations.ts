import { type TableName, tables } from './tables.ts'

/**
 * The history of the schema. A step brings the named tables to what `tables.ts` says they are: missing tables, columns,
 * keys and indexes are added, nothing is removed. So a step that was killed anywhere is simply run again, and a
 * database made by the prior system is brought up in place.
 */
export interface Migration {
  id: string
  ensure: TableName[]
}

export const migrations: Migration[] = [
  { id: '001-contract-and-inbox', ensure: Object.keys(tables) as TableName[] },
  { id: '002-audit', ensure: ['audit_events'] },
  {
    id: '003-signing-in',
    ensure: ['password_reset_tokens', 'auth_throttles', 'user_totp', 'totp_recovery_codes', 'api_tokens'],
  },
]
