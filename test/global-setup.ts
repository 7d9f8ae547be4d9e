import { testEngine } from './database.ts'
import { startMariadb } from './mariadb.ts'

/** One private MariaDB for all test files of a run on that engine; test processes inherit its address. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (testEngine !== 'mysql' || process.env.TEST_MYSQL_URL) return undefined
  const server = await startMariadb()
  process.env.TEST_MYSQL_URL = server.url()
  return async () => {
    delete process.env.TEST_MYSQL_URL
    await server.stop()
  }
}
