import { randomBytes } from 'node:crypto'

/** What a caller of `startSandbox` may choose; everything has a default. */
export interface SandboxOptions {
  /** 0 takes any free port. */
  port?: number
  host?: string
  /** Folder of the state file; null or '' keeps everything in memory. */
  dataDir?: string | null
  webhookUrl?: string
  appId?: string
  /** Made once and kept in the state file when absent. */
  appSecret?: string
  verifyToken?: string
  inboxUrl?: string
  /** Where the pictures of this sandbox can be fetched; its own address when absent. */
  publicUrl?: string
  /** The world a fresh start has: a furniture shop with a week of talk, or only its two channels. */
  world?: 'nordlys' | 'empty'
  /** Pauses before the 2nd, 3rd ... attempt of a webhook; the last one repeats. */
  retryDelaysMs?: number[]
  webhookTimeoutMs?: number
  /** Webhooks on their way at once, never two of the same thread. */
  concurrency?: number
  /** The real clock under the virtual one, in milliseconds. */
  now?: () => number
}

export type Settings = Required<Omit<SandboxOptions, 'appSecret' | 'verifyToken' | 'publicUrl'>> & {
  appSecret: string | null
  verifyToken: string | null
  publicUrl: string | null
}

/** Meta retries at once and then less and less often; capped low, because a developer restarts servers all day. */
const RETRY_DELAYS_MS = [0, 500, 1_000, 3_000, 10_000, 15_000]

export function withDefaults(options: SandboxOptions): Settings {
  return {
    port: options.port ?? 3001,
    host: options.host ?? '127.0.0.1',
    dataDir: options.dataDir === undefined ? './data/sandbox' : options.dataDir || null,
    webhookUrl: options.webhookUrl ?? 'http://127.0.0.1:3000/webhooks/meta',
    appId: options.appId ?? '987650001112223',
    appSecret: options.appSecret || null,
    verifyToken: options.verifyToken || null,
    inboxUrl: options.inboxUrl ?? 'http://127.0.0.1:3000/',
    publicUrl: options.publicUrl || null,
    world: options.world ?? 'nordlys',
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    webhookTimeoutMs: options.webhookTimeoutMs ?? 5_000,
    concurrency: options.concurrency ?? 8,
    now: options.now ?? Date.now,
  }
}

/** Reads the options from the environment; throws one Error that lists every fault. */
export function optionsFromEnv(env: Record<string, string | undefined>): SandboxOptions {
  const faults: string[] = []
  const options: SandboxOptions = {}
  if (env.SANDBOX_PORT !== undefined) {
    const port = Number(env.SANDBOX_PORT)
    if (/^\d+$/.test(env.SANDBOX_PORT) && port <= 65_535) options.port = port
    else faults.push(`SANDBOX_PORT must be a port number from 0 to 65535, not "${env.SANDBOX_PORT}"`)
  }
  if (env.SANDBOX_HOST) options.host = env.SANDBOX_HOST
  if (env.SANDBOX_DATA !== undefined) options.dataDir = env.SANDBOX_DATA || null
  const address = (name: string): string | undefined => {
    const value = env[name]
    if (!value) return undefined
    if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
    faults.push(`${name} must be an http address, not "${value}"`)
    return undefined
  }
  options.webhookUrl = address('SANDBOX_WEBHOOK_URL')
  options.inboxUrl = address('SANDBOX_INBOX_URL')
  options.publicUrl = address('SANDBOX_PUBLIC_URL')
  if (env.META_APP_ID) {
    if (/^\d+$/.test(env.META_APP_ID)) options.appId = env.META_APP_ID
    else faults.push(`META_APP_ID must be digits, not "${env.META_APP_ID}"`)
  }
  // A client may know several secrets while it rotates them; Meta signs with one.
  options.appSecret = env.META_APP_SECRET?.split(',')[0]?.trim() || undefined
  options.verifyToken = env.META_VERIFY_TOKEN || undefined
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return options
}

export function newSecret(bytes = 16): string {
  return randomBytes(bytes).toString('hex')
}
