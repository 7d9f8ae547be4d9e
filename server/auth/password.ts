import { randomBytes } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { createTurns } from './turns.ts'

/** What one hash costs: memory in KiB, passes, lanes. */
export interface PasswordCost {
  memoryCost: number
  timeCost: number
  parallelism: number
}

/** Argon2id with the least OWASP advises (AUT-1). The library's default algorithm is argon2id. */
export const passwordCost: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** At most two hashes at a time: a flood of sign-ins costs neither the memory nor the threads of everything else. */
const inTurn = createTurns({ atOnce: 2, longestQueue: 200 })

export const hashPassword = (password: string, cost: PasswordCost = passwordCost): Promise<string> =>
  inTurn(() => hash(password, { ...cost }))

/** Belongs to no password: what is checked when there is no such user, so that the answer takes as long (AUT-3). */
const nobodysHash = `$argon2id$v=19$m=${passwordCost.memoryCost},t=${passwordCost.timeCost},p=${passwordCost.parallelism}$${base64(16)}$${base64(32)}`

function base64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '')
}

/** What happens within the turn of a check: before it, where throwing saves the work, and after it. */
export interface AroundCheck {
  before(): void | Promise<void>
  after?(matches: boolean): void | Promise<void>
}

/** Checks a password; without a stored hash it does the same work and says no. */
export async function passwordMatches(
  password: string,
  storedHash: string | null,
  around?: AroundCheck,
): Promise<boolean> {
  return inTurn(async () => {
    await around?.before()
    const matches = await verify(storedHash ?? nobodysHash, password).catch(() => false)
    await around?.after?.(matches && storedHash !== null)
    return matches && storedHash !== null
  })
}

/** Whether a stored hash was made with less than today's cost. */
export function isWeak(storedHash: string, cost: PasswordCost = passwordCost): boolean {
  const made = parseOptions(storedHash)
  return made.algorithm !== 2 || made.memoryCost < cost.memoryCost || made.timeCost < cost.timeCost
}
