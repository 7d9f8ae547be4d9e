/** A random number generator that gives the same numbers for the same seed (mulberry32). */
export interface Random {
  seed: number
  /** From 0 up to 1. */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<T>(values: readonly T[]): T
  shuffle<T>(values: T[]): T[]
}

/** With the seed of `FAULT_SEED` a run is repeated as far as the machine allows. */
export function createRandom(seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 32))): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    seed,
    next,
    between,
    pick: (values) => values[between(0, values.length - 1)] as never,
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = between(0, i)
        const [a, b] = [values[i], values[j]]
        values[i] = b as never
        values[j] = a as never
      }
      return values
    },
  }
}
