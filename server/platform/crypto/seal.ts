import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'

export interface SealingKey {
  /** Names the key in what it sealed: 1 to 8 letters, digits, `_` or `-`. */
  kid: string
  key: Buffer
}

/** The place a sealed value stands in. A value copied to another row, column or table does not open there (SEC-1). */
export interface Binding {
  table: string
  column: string
  rowId: string
}

export interface Sealer {
  /**
   * Encrypts for a `varchar(500)` column: `v1.<kid>.<base64url of nonce, ciphertext and tag>`.
   * @throws AppError `token_too_long` when the result would not fit; nothing is ever cut (SEC-2)
   */
  seal(plain: string, binding: Binding): string
  /** @throws UnsealError when no key here opens the value in this place */
  open(sealed: string, binding: Binding): string
  /** Names of the keys that can open. */
  kids: readonly string[]
}

export class UnsealError extends Error {
  readonly reason: 'not_sealed' | 'unknown_key' | 'wrong_key'
  constructor(reason: UnsealError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

const version = 'v1'
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const columnLength = 500

/** AES-256-GCM under the first key; every key opens what it sealed. */
export function createSealer(keys: readonly SealingKey[]): Sealer {
  const [active] = keys
  if (!active) throw new Error('A sealer needs at least one key')
  const byKid = new Map(keys.map((k) => [k.kid, k.key]))
  return {
    kids: [...byKid.keys()],
    seal(plain, binding) {
      const sealed = encrypt(active, plain, binding)
      if (sealed.length > columnLength) {
        const room = longestToken(active.kid)
        throw new AppError(
          'token_too_long',
          422,
          `This token has ${Buffer.byteLength(plain)} bytes; encrypted, only ${room} fit. Nothing was saved.`,
        )
      }
      return sealed
    },
    open(sealed, binding) {
      const [head, kid = '', body] = sealed.split('.')
      if (head !== version || body === undefined) throw new UnsealError('not_sealed', 'The value is not sealed.')
      const key = byKid.get(kid)
      if (!key) throw new UnsealError('unknown_key', `The value is sealed with the key "${kid}", which is not here.`)
      return decrypt(key, body, binding)
    },
  }
}

const associated = (b: Binding) => Buffer.from(`${b.table}|${b.column}|${b.rowId}`)

const longestToken = (kid: string) =>
  Math.floor(((columnLength - version.length - kid.length - 2) * 3) / 4) - nonceBytes - tagBytes

function encrypt({ kid, key }: SealingKey, plain: string, binding: Binding): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce)
  cipher.setAAD(associated(binding))
  const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${version}.${kid}.${body.toString('base64url')}`
}

function decrypt(key: Buffer, body: string, binding: Binding): string {
  const bytes = Buffer.from(body, 'base64url')
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(associated(binding))
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
    const sealed = bytes.subarray(nonceBytes, bytes.length - tagBytes)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    throw new UnsealError('wrong_key', 'The value was sealed with another key or for another row.')
  }
}
