import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'

/** Everything the environment says, checked. This file is the only reader of the environment. */
export interface Config {
  port: number
  host: string
  /** Where people reach the program, without a trailing slash. Links and cookies follow it. */
  publicUrl: string
  dataDir: string
  databaseUrl: string
  redisUrl: string | null
  /** Play with the pretend Meta instead of the real one. */
  sandbox: boolean
  /** Where the pretend Meta listens. */
  sandboxPort: number
  meta: {
    appId: string
    /** Secrets a delivery may be signed with; several while rotating. */
    appSecrets: string[]
    verifyToken: string
    graphUrl: string
    instagramGraphUrl: string
    graphVersion: string
  }
  /** Keys for stored tokens: the first seals, all open. Empty: a key file in the data folder is made and used. */
  encryptionKeys: { kid: string; key: Buffer }[]
  smtpUrl: string | null
  mailFrom: string | null
  mediaMode: 'proxy' | 'store'
  trustProxy: string[]
  /** Whether admins must have a second step at sign-in before they may do anything. */
  adminTotp: 'optional' | 'required'
  logLevel: string
}

export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(
      `The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    )
    this.faults = faults
  }
}

const url = (...protocols: string[]) =>
  z.string().refine((v) => URL.canParse(v) && protocols.includes(new URL(v).protocol), {
    message: `must be a URL beginning with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  })

const trimmed = z.string().trim()
const list = trimmed.transform((v) =>
  v
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== ''),
)

const port = trimmed
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((p) => p <= 65535, 'must be at most 65535')

const schema = z.object({
  PORT: port.default(3000),
  HOST: trimmed.min(1).default('127.0.0.1'),
  PUBLIC_URL: url('http:', 'https:')
    .transform((v) => v.replace(/\/+$/, ''))
    .optional(),
  DATA_DIR: trimmed.min(1).default('./data'),
  DATABASE_URL: trimmed
    .refine(
      (v) => /^sqlite:.+/.test(v) || (/^mysql:\/\//.test(v) && URL.canParse(v) && new URL(v).pathname.length > 1),
      {
        message: 'must be sqlite:<file> or mysql://user:password@host:port/database',
      },
    )
    .optional(),
  REDIS_URL: url('redis:', 'rediss:', 'unix:').optional(),
  SANDBOX: z.enum(['auto', 'on', 'off'], { error: 'must be auto, on or off' }).default('auto'),
  SANDBOX_PORT: port.optional(),
  META_APP_ID: trimmed.regex(/^\d+$/, 'must be the digits of the app id').optional(),
  META_APP_SECRET: list
    .refine(
      (secrets) => secrets.length > 0 && secrets.every((s) => s.length >= 16),
      'every secret must have at least 16 characters',
    )
    .optional(),
  META_VERIFY_TOKEN: trimmed.min(8, 'must have at least 8 characters').optional(),
  META_GRAPH_URL: url('http:', 'https:')
    .transform((v) => v.replace(/\/+$/, ''))
    .default('https://graph.facebook.com'),
  META_INSTAGRAM_GRAPH_URL: url('http:', 'https:')
    .transform((v) => v.replace(/\/+$/, ''))
    .default('https://graph.instagram.com'),
  META_GRAPH_VERSION: trimmed.regex(/^v\d+\.\d+$/, 'must look like v26.0').default('v26.0'),
  ENCRYPTION_KEY: list
    .transform((keys, ctx) =>
      keys.map((k) => {
        const [kid = '', base64 = ''] = k.split(':')
        const key = Buffer.from(base64, 'base64')
        if (!/^[A-Za-z0-9_-]{1,8}$/.test(kid) || key.length !== 32) {
          ctx.addIssue({
            code: 'custom',
            message: 'every key must be kid:base64 with a kid of 1 to 8 letters and 32 bytes of key',
          })
        }
        return { kid, key }
      }),
    )
    .optional(),
  SMTP_URL: url('smtp:', 'smtps:').optional(),
  MAIL_FROM: trimmed.min(3).optional(),
  MEDIA_MODE: z.enum(['proxy', 'store'], { error: 'must be proxy or store' }).default('proxy'),
  TRUST_PROXY: list.optional(),
  ADMIN_TOTP: z.enum(['optional', 'required'], { error: 'must be optional or required' }).default('optional'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
})

/**
 * Reads the environment; each variable may also come as NAME_FILE holding a path to its value.
 * @throws ConfigError with every fault at once
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const value = readVariable(env, name, faults)
    if (value !== undefined && value !== '') values[name] = value
  }
  const parsed = schema.safeParse(values)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(`${String(issue.path[0])} ${issue.message}`)
  }
  const v = parsed.data
  faults.push(...contradictions(values))
  if (!v || faults.length > 0) throw new ConfigError(faults)
  const dataDir = resolve(v.DATA_DIR)
  return {
    port: v.PORT,
    host: v.HOST,
    publicUrl: v.PUBLIC_URL ?? `http://${v.HOST === '0.0.0.0' || v.HOST === '::' ? 'localhost' : v.HOST}:${v.PORT}`,
    dataDir,
    databaseUrl: v.DATABASE_URL ?? `sqlite:${resolve(dataDir, 'ticklegram.db')}`,
    redisUrl: v.REDIS_URL ?? null,
    sandbox: usesSandbox(v),
    sandboxPort: v.SANDBOX_PORT ?? (v.PORT === 0 ? 0 : v.PORT + 1),
    meta: {
      appId: v.META_APP_ID ?? '',
      appSecrets: v.META_APP_SECRET ?? [],
      verifyToken: v.META_VERIFY_TOKEN ?? '',
      graphUrl: v.META_GRAPH_URL,
      instagramGraphUrl: v.META_INSTAGRAM_GRAPH_URL,
      graphVersion: v.META_GRAPH_VERSION,
    },
    encryptionKeys: v.ENCRYPTION_KEY ?? [],
    smtpUrl: v.SMTP_URL ?? null,
    mailFrom: v.MAIL_FROM ?? null,
    mediaMode: v.MEDIA_MODE,
    trustProxy: v.TRUST_PROXY ?? [],
    adminTotp: v.ADMIN_TOTP,
    logLevel: v.LOG_LEVEL,
  }
}

/** The environment for a program we start, with some variables of its own. */
export const childEnvironment = (own: Record<string, string>) => ({ ...process.env, ...own })

type Parsed = z.infer<typeof schema>

const usesSandbox = (v: Parsed) => v.SANDBOX === 'on' || (v.SANDBOX === 'auto' && !v.META_APP_SECRET)

/** What is missing because of what is there. Looks at the variables as given, so that one fault does not hide another. */
function contradictions(given: Record<string, string>): string[] {
  const faults: string[] = []
  if (given.SANDBOX === 'off' || (given.META_APP_SECRET && given.SANDBOX !== 'on')) {
    if (!given.META_APP_ID)
      faults.push('META_APP_ID is missing (needed as soon as META_APP_SECRET is set or SANDBOX is off)')
    if (!given.META_APP_SECRET) faults.push('META_APP_SECRET is missing (needed when SANDBOX is off)')
    if (!given.META_VERIFY_TOKEN)
      faults.push('META_VERIFY_TOKEN is missing (the string you also enter in Meta’s dashboard)')
  }
  if (given.SMTP_URL && !given.MAIL_FROM) faults.push('MAIL_FROM is missing (needed when SMTP_URL is set)')
  return faults
}

function readVariable(env: Record<string, string | undefined>, name: string, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`]
  if (!file) return env[name]
  if (env[name]) faults.push(`${name} and ${name}_FILE are both set; keep one`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    faults.push(`${name}_FILE: cannot read ${file}`)
    return undefined
  }
}
