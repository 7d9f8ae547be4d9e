/**
 * A refusal of ours: a stable code, an HTTP status and words that are safe to show to anyone.
 * `details` is data for the client, never internals.
 */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly details: unknown

  constructor(code: string, status: number, message: string, details?: unknown) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
  }
}

/** Not visible and not existing are the same answer (AZ-3). */
export const notFound = (what: string) =>
  new AppError('not_found', 404, `This ${what} does not exist or is not yours to see.`)

export const forbidden = () => new AppError('forbidden', 403, 'Your position does not allow this.')

/** For the default of a switch over a closed union: a new member does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled value: ${JSON.stringify(value)}`)
}
