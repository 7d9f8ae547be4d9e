import { AppError } from '../platform/errors.ts'

/**
 * Lets only so many of a kind of work run at once; the others wait for their turn in order.
 * @returns a function that runs work in its turn, or throws AppError `busy` when too many wait
 */
export function createTurns({ atOnce, longestQueue }: { atOnce: number; longestQueue: number }) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= longestQueue)
        throw new AppError('busy', 503, 'Too many requests of this kind at once. Try again in a moment.')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      // After a round of the event loop: sockets and commits of everything else come between each two pieces of work.
      setImmediate(() => {
        const next = waiting.shift()
        if (next) next()
        else running--
      })
    }
  }
}
