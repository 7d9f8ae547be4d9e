import { migrate } from '../server/platform/db/migrate.ts'
import { openDatabase } from '../server/platform/db/open.ts'

/** A program that migrates and is killed on the way (server/platform/db/migrate.test.ts). */
const database = await openDatabase(process.argv[2] ?? '')
process.send?.('migrating')
await migrate(database)
await database.close()
