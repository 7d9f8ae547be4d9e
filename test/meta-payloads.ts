import { createHmac } from 'node:crypto'

/** Webhook payloads as Meta sends them (meta-platform 1.4 to 1.9), written for tests. Ids are invented. */

export const testSecret = 'a-secret-of-the-test-app-0123456789'
export const verifyToken = 'verify-me-please'
export const pageId = '104455566677788'
export const instagramId = '17841499900011122'
export const psid = '6112233445566778'
export const igsid = '1234509876543210'
export const noon = Date.parse('2026-11-20T12:00:00.000Z')

export type Json = Record<string, unknown>

export const delivery = (object: 'page' | 'instagram', ...messaging: unknown[]) => ({
  object,
  entry: [{ id: object === 'page' ? pageId : instagramId, time: noon, messaging }],
})

interface Parts {
  mid: string
  text?: string
  at?: number
  from?: string
  more?: Json
}

export const pageMessage = ({ mid, text, at = noon, from = psid, more = {} }: Parts) => ({
  sender: { id: from },
  recipient: { id: pageId },
  timestamp: at,
  message: { mid, ...(text === undefined ? {} : { text }), ...more },
})

export const instagramMessage = ({ mid, text, at = noon, from = igsid, more = {} }: Parts) => ({
  sender: { id: from },
  recipient: { id: instagramId },
  timestamp: at,
  message: { mid, ...(text === undefined ? {} : { text }), ...more },
})

/** What the page itself sent, from here or from the native app. */
export const pageEcho = ({ mid, text, at = noon, from = psid, more = {} }: Parts) => ({
  sender: { id: pageId },
  recipient: { id: from },
  timestamp: at,
  message: { mid, is_echo: true, ...(text === undefined ? {} : { text }), ...more },
})

export const instagramEcho = ({ mid, text, at = noon, from = igsid, more = {} }: Parts) => ({
  sender: { id: instagramId },
  recipient: { id: from },
  timestamp: at,
  message: { mid, is_echo: true, ...(text === undefined ? {} : { text }), ...more },
})

/** Bytes as Meta writes them: everything beyond ASCII escaped, and slashes too. */
export function metaBytes(payload: unknown): Buffer {
  const json = JSON.stringify(payload).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Buffer.from(json.replaceAll('/', '\\/'))
}

export const sign = (body: Uint8Array, secret = testSecret) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
