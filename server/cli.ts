import { readFileSync } from 'node:fs'
import { auditVerify, auditVerifyUsage } from './audit/commands.ts'
import { backupCommand, backupUsage, restoreCommand, restoreUsage } from './backup/commands.ts'
import { channelAdd, channelAddUsage } from './channels/commands.ts'
import { migrateCommand, replayCommand, replayUsage, withCtx } from './commands.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { doctorCommand, doctorUsage } from './doctor/commands.ts'
import { runSandbox, serve } from './main.ts'
import { AppError } from './platform/errors.ts'
import { userCreate, userCreateUsage, userResetPassword, userResetPasswordUsage } from './team/commands.ts'

const usage = `Ticklegram, a shared inbox for Instagram and Messenger.

Usage: ticklegram <command>

  serve [--role web|worker|all]      run the program (default: all in one process)
  migrate                            bring the database to this version
  sandbox                            run the pretend Meta alone
  ${userCreateUsage}
  ${userResetPasswordUsage}
  ${channelAddUsage}
  ${replayUsage}
  ${backupUsage}
  ${restoreUsage}
  ${doctorUsage}
  ${auditVerifyUsage}
  --help, --version

Settings come from the environment; .env.example lists them.
`

type Command = (args: string[]) => Promise<string | undefined>

const standardInput = () => readFileSync(0, 'utf8')
const withInput =
  (run: (ctx: Parameters<typeof userCreate>[0], io: { args: string[]; input: string }) => Promise<string>): Command =>
  (args) =>
    withCtx(config(), (ctx) => run(ctx, { args, input: standardInput() }))

const config = () => loadConfig(process.env)

const commands: Record<string, Command> = {
  serve: (args) => serve(config(), args),
  sandbox: (args) => runSandbox(args),
  migrate: () => migrateCommand(config()),
  'user:create': withInput(userCreate),
  'user:reset-password': withInput(userResetPassword),
  'channel:add': withInput(channelAdd),
  replay: (args) => withCtx(config(), (ctx) => replayCommand(ctx, args)),
  backup: (args) => backupCommand(config(), args, version()),
  restore: (args) => restoreCommand(config(), args),
  'audit:verify': (args) => withCtx(config(), (ctx) => auditVerify(ctx, args)),
  doctor: () => examined(config()),
}

async function examined(given: Config): Promise<string> {
  const { text, healthy } = await doctorCommand(given)
  if (!healthy) process.exitCode = 1
  return text
}

async function run(): Promise<void> {
  const [name = '--help', ...args] = process.argv.slice(2)
  if (name === '--help' || name === '-h' || name === 'help') return void process.stdout.write(usage)
  if (name === '--version' || name === '-v') return void process.stdout.write(`${version()}\n`)
  const command = commands[name]
  if (!command) throw new AppError('usage', 400, `There is no command "${name}".\n\n${usage}`)
  const line = await command(args)
  if (line) process.stdout.write(`${line}\n`)
}

/** package.json, seen from server/ under tsx and from dist/server/ once built. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version
    } catch {
      // not there; the other place has it
    }
  }
  return 'unknown'
}

/** What went wrong, in one clear line and what to do. */
function words(error: unknown): string {
  const e = error as NodeJS.ErrnoException & { port?: number; path?: string }
  if (error instanceof ConfigError || error instanceof AppError) return e.message
  switch (e.code) {
    case 'EADDRINUSE':
      return `Port ${e.port} is in use. Stop the other program, or set PORT to a free one.`
    case 'EACCES':
    case 'EEXIST':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EPERM':
      return `Cannot write to ${e.path ?? 'the data folder'} (${e.code}). Give this user the right to it, or set DATA_DIR to another folder.`
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return 'Cannot open or write the database file. Give this user the right to its folder, or set DATA_DIR or DATABASE_URL.'
    case 'SQLITE_NOTADB':
      return 'The database file is no SQLite database. Restore it from a backup, or set DATABASE_URL to another file.'
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'ETIMEDOUT':
    case 'ENOENT':
      return `Cannot reach the database (${e.code}). Check DATABASE_URL and that the server runs.`
    case 'ER_ACCESS_DENIED_ERROR':
    case 'ER_DBACCESS_DENIED_ERROR':
    case 'ER_BAD_DB_ERROR':
      return `The database refuses us: ${e.message}. Check DATABASE_URL; the database must exist and its user may create tables.`
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${e.message}\n\n${usage}`
    default:
      return `Ticklegram stopped: ${e.stack ?? String(error)}`
  }
}

run().catch((error: unknown) => {
  process.stderr.write(`${words(error)}\n`)
  process.exit(1)
})
