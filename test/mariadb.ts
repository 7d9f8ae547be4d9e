import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../scripts/setup.mjs'
import { type PrivateServer, privateFolder, startProgram } from './private-server.ts'

export type MariadbServer = PrivateServer & {
  /** The address of one schema (or of none) in the form that `DATABASE_URL` takes. */
  url(schema?: string): string
}

export type MariadbOptions = {
  /** More options of mariadbd, e.g. `--innodb-buffer-pool-size=512M`. */
  settings?: string[]
}

/** Starts a private MariaDB server in a temporary folder, reachable by its socket only (about 2 s). */
export async function startMariadb({ settings = [] }: MariadbOptions = {}): Promise<MariadbServer> {
  const program = findProgram('mariadbd')
  const installer = findProgram('mariadb-install-db')
  if (!program || !installer) {
    throw new Error(
      'MariaDB is missing: apt-get install --no-install-recommends mariadb-server-core mariadb-client-core',
    )
  }
  const folder = privateFolder('mariadb')
  const asUser = process.getuid?.() === 0 ? ['--user=root'] : []
  const dataDir = `--datadir=${join(folder.path, 'data')}`
  const withoutPassword = '--auth-root-authentication-method=normal'
  await promisify(execFile)(installer, ['--no-defaults', dataDir, withoutPassword, '--skip-test-db', ...asUser])

  const socketPath = join(folder.path, 'socket')
  const server = await startProgram({
    folder,
    socketPath,
    program,
    args: [
      '--no-defaults',
      dataDir,
      `--socket=${socketPath}`,
      // A server clears its folder for temporary tables when it starts: shared, it would clear another one's.
      `--tmpdir=${folder.path}`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=1',
      '--max-connections=400',
      ...asUser,
      ...settings,
    ],
  })
  const url = (schema = '') => `mysql://root@localhost/${schema}?socketPath=${encodeURIComponent(socketPath)}`
  return Object.assign(server, { url })
}
