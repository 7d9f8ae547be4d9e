/** What one check found, in words. A fault keeps the program from its work; a warning will, or may. */
export interface Finding {
  level: 'ok' | 'warn' | 'fault'
  /** What was looked at. */
  of: string
  says: string
  /** What the operator can do about it. */
  todo?: string
}

export const ok = (of: string, says: string): Finding => ({ level: 'ok', of, says })
export const warn = (of: string, says: string, todo: string): Finding => ({ level: 'warn', of, says, todo })
export const fault = (of: string, says: string, todo: string): Finding => ({ level: 'fault', of, says, todo })

/** One line each: what, how it is, what to do. */
export const lineOf = ({ level, of, says, todo }: Finding): string =>
  `${level.padEnd(5)}  ${of}: ${says}${todo ? ` -> ${todo}` : ''}`

export const reasonOf = (error: unknown): string => {
  const e = error as NodeJS.ErrnoException
  return e.message || e.code || String(error)
}
