import { readFileSync } from 'node:fs'

/** One figure, one line of JSON. */
export function print(figure: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`)
}

export const round = (value: number, digits = 0) => Number(value.toFixed(digits))

/** @param sorted ascending */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Processor time a process has used, in microseconds; NaN where the system does not say. */
export function cpuMicroseconds(pid: number): number {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // Ticks of a hundredth of a second, as on every Linux that Node runs on.
    return (Number(afterName[11]) + Number(afterName[12])) * 10_000
  } catch {
    return Number.NaN
  }
}
