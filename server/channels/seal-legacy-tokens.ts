import type { Sealer } from '../platform/crypto/seal.ts'
import type { Database } from '../platform/db/open.ts'
import { AppError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'

const tables = ['facebook_pages', 'instagram_accounts'] as const

/**
 * Seals tokens that another program left in clear in a database taken over from it (SEC-4). One that is too long for
 * its column stays as it is and cannot be used: cutting it would lose it.
 */
export async function sealLegacyTokens(db: Database, sealer: Sealer, log: Logger): Promise<void> {
  for (const table of tables) {
    const rows = await db.q
      .selectFrom(table)
      .select(['id', 'access_token'])
      .where('access_token', 'not like', 'v1.%')
      .where('access_token', '!=', '')
      .execute()
    for (const { id, access_token: plain } of rows) await sealOne(db, sealer, log, { table, id, plain })
  }
}

async function sealOne(
  db: Database,
  sealer: Sealer,
  log: Logger,
  { table, id, plain }: { table: (typeof tables)[number]; id: string; plain: string },
): Promise<void> {
  try {
    const sealed = sealer.seal(plain, { table, column: 'access_token', rowId: id })
    // Only what was read: another process may have sealed or replaced it meanwhile.
    const set = { access_token: sealed }
    if (table === 'facebook_pages') {
      await db.q.updateTable(table).set(set).where('id', '=', id).where('access_token', '=', plain).execute()
    } else {
      await db.q.updateTable(table).set(set).where('id', '=', id).where('access_token', '=', plain).execute()
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    log.error({ table, id }, `a token left in clear cannot be sealed; connect this channel again. ${error.message}`)
  }
}
