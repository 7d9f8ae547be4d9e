import { ApiError } from '../api.ts'
import { text } from '../text.ts'

/** What to say when the server was not reached or refused: our own words where we have them, otherwise its sentence. */
export function refusalWords(error: unknown, known: Record<string, string> = {}): string {
  if (!(error instanceof ApiError)) return text.refused.other
  const own = known[error.code]
  if (own) return own
  if (error.status === 0) return text.refused.unreachable
  if (error.status === 403) return text.refused.forbidden
  if (error.status === 404) return text.refused.notFound
  if (error.status === 429) return text.refused.tooMany
  return error.status >= 500 || !error.message ? text.refused.other : error.message
}

/** Does it, and gives the sentence for what went wrong, if anything did. */
export async function attempt(
  run: () => Promise<unknown>,
  known?: Record<string, string>,
): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return refusalWords(error, known)
  }
}
