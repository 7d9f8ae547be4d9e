import { type Logger, pino } from 'pino'

export type { Logger }

/** Structured logs on standard output. Message texts and secrets are never handed to it; these paths are a net below. */
export function createLog(level: string): Logger {
  return pino({
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['*.access_token', '*.accessToken', '*.password', '*.cookie', '*.authorization', '*.token', 'req.headers'],
      censor: '[redacted]',
    },
  })
}
