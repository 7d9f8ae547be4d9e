import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/**
 * Structured logs on standard output. Message texts and secrets are never handed to it; these paths are a net below.
 * @param to somewhere else to write
 */
export function createLog(level: string, to?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorForLog },
    redact: {
      paths: ['*.access_token', '*.accessToken', '*.password', '*.cookie', '*.authorization', '*.token', 'req.headers'],
      censor: '[redacted]',
    },
  }
  return to ? pino(options, to) : pino(options)
}

/** What may be told of an error. mysql2 hangs the statement with all its values on it, messages and hashes among them. */
const told = ['code', 'errno', 'sqlState', 'errcode', 'status', 'reason'] as const

/** Where MySQL's own words repeat what was to be written: a duplicate key, a wrong value, the statement's end. */
const repeated = /(Duplicate entry|value:|near) '[\s\S]*?'(?= for | at |$)/g

function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const known = error as Error & Partial<Record<(typeof told)[number], unknown>>
  const clean = (text: string) => text.replace(repeated, "$1 '…'")
  return {
    type: error.name,
    message: clean(error.message),
    stack: clean(error.stack ?? ''),
    ...Object.fromEntries(told.filter((key) => known[key] !== undefined).map((key) => [key, known[key]])),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) }),
  }
}
