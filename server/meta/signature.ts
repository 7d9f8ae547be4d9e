import { createHmac, timingSafeEqual } from 'node:crypto'

const form = /^sha256=([0-9a-f]{64})$/

/**
 * Whether one of our app secrets signed these bytes. Checks the bytes as they came: Meta signs a body with `\uXXXX`
 * escapes that no re-serialising brings back (meta-platform 1.2).
 * @param header X-Hub-Signature-256; the older SHA-1 header is never enough
 * @returns the place of the secret that matched, or -1
 */
export function verifySignature(body: Uint8Array, header: unknown, secrets: readonly string[]): number {
  const given = typeof header === 'string' ? form.exec(header)?.[1] : undefined
  if (!given) return -1
  const signature = Buffer.from(given, 'hex')
  return secrets.findIndex((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature))
}
