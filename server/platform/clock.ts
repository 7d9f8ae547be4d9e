/** Where the program asks what time it is: milliseconds since 1970. Tests hand in a fixed one. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
