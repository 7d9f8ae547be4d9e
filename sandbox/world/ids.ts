import { createHash } from 'node:crypto'
import type { Platform, State } from './model.ts'

type Serial = Pick<State, 'seed' | 'serial'>

function digest(state: Serial, what: string): Buffer {
  state.serial += 1
  return createHash('sha512').update(`${state.seed}:${what}:${state.serial}`).digest()
}

/** Letters and digits as in Meta's ids: upper and lower case mean different ids. */
function letters(bytes: Buffer): string {
  return bytes.toString('base64').replace(/[+/=]/g, 'Z')
}

/** `m_...` on Messenger, `aWdf...` on Instagram: what Meta calls `mid` or `message_id`. */
export function newMid(state: Serial, platform: Platform): string {
  const bytes = digest(state, 'mid')
  if (platform === 'page') return `m_${letters(bytes)}`
  return `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3${letters(bytes)}ZD`
}

export function newDigits(state: Serial, what: string, length: number): string {
  const digits = BigInt(`0x${digest(state, what).toString('hex').slice(0, 32)}`).toString()
  return `${1 + (Number(digits[0]) % 8)}${digits
    .slice(1)
    .padEnd(length, '7')
    .slice(0, length - 1)}`
}

export function newThreadId(state: Serial, platform: Platform): string {
  if (platform === 'page') return `t_${newDigits(state, 'thread', 15)}`
  return `aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6${letters(digest(state, 'thread')).slice(0, 48)}ZD`
}

/** Tokens depend on the secret alone, so that a world made anew accepts the tokens a client has stored. */
export function tokenFor(secret: string, kind: 'page' | 'instagram' | 'user', id: string): string {
  const start = { page: 'EAAO', instagram: 'IGAAO', user: 'EAAU' }[kind]
  return start + letters(createHash('sha512').update(`token:${kind}:${id}:${secret}`).digest())
}
