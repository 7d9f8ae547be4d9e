import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { hashPassword } from '../server/auth/password.ts'
import { loadConfig } from '../server/config.ts'
import { migrate } from '../server/platform/db/migrate.ts'
import { openDatabase } from '../server/platform/db/open.ts'
import { fillDatabase } from './seed/fill.ts'

/** Fills a database with invented chats: to look at, and to measure with. */

const usage = 'npm run seed -- --chats 100000 --messages 1000000 [--agents 24] [--database-url <url>] [--force]'

const { values } = parseArgs({
  options: {
    chats: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '10000' },
    agents: { type: 'string', default: '24' },
    'database-url': { type: 'string' },
    force: { type: 'boolean', default: false },
  },
})

function whole(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`--${name} must be a whole number. Usage: ${usage}`)
  return Number(value)
}

async function main(): Promise<void> {
  const size = {
    chats: whole('chats', values.chats),
    messages: whole('messages', values.messages),
    agents: whole('agents', values.agents),
  }
  if (size.messages < size.chats)
    throw new Error('--messages must be at least --chats: every chat begins with a message.')
  const url = values['database-url'] ?? loadConfig(process.env).databaseUrl
  const database = await openDatabase(url)
  try {
    await migrate(database)
    const taken = await database.q.selectFrom('chats').select('id').limit(1).executeTakeFirst()
    if (taken && !values.force)
      throw new Error('This database has chats. Seed an empty one, or add --force to fill it up.')
    const password = randomBytes(9).toString('base64url')
    const started = Date.now()
    const progress = (line: string) => process.stderr.write(`\r  ${line.padEnd(24)}`)
    await fillDatabase(database, { ...size, now: started, passwordHash: await hashPassword(password), progress })
    console.log(`\n${size.chats} chats, ${size.messages} messages in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
    console.log(`Sign in as seed-admin@, seed-supervisor@ or seed-agent-1@ticklegram.example with ${password}`)
  } finally {
    await database.close()
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
