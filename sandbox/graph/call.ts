import type { IncomingHttpHeaders } from 'node:http'
import type { Host } from './errors.ts'

/** One Graph request, whatever way its parameters came: query, form, multipart or JSON. */
export interface GraphCall {
  host: Host
  version: string
  method: string
  /** Path below host and version. */
  segments: string[]
  params: Record<string, unknown>
  token: string | null
  upload: { mime: string; bytes: Buffer } | null
}

/** What goes back over the line; `after` runs when the answer has left. */
export type GraphAnswer =
  | { kind: 'json'; status: number; body: unknown; headers?: Record<string, string>; after?: () => void }
  | { kind: 'raw'; status: number; body: string; contentType: string; after?: () => void }
  | { kind: 'silence'; after?: () => void }
  | { kind: 'reset'; after?: () => void }

export const DEFAULT_VERSION = 'v26.0'

export const ok = (body: unknown): GraphAnswer => ({ kind: 'json', status: 200, body })

/** Form and query values that hold JSON (`recipient`, `message`) are parsed; everything else stays text. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function spread(source: unknown): Record<string, unknown> {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return {}
  return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, fromText(value)]))
}

export function readCall(request: {
  host: Host
  path: string
  method: string
  query: unknown
  body: unknown
  upload: GraphCall['upload']
  headers: IncomingHttpHeaders
}): GraphCall {
  const parts = request.path.split('/').filter(Boolean).map(decodeURIComponent)
  const version = /^v\d+\.\d+$/.test(parts[0] ?? '') ? (parts.shift() ?? DEFAULT_VERSION) : DEFAULT_VERSION
  const params = { ...spread(request.query), ...spread(request.body) }
  const bearer = /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const token = typeof params.access_token === 'string' ? params.access_token : (bearer ?? null)
  delete params.access_token
  const method = typeof params.method === 'string' ? params.method.toUpperCase() : request.method
  return { host: request.host, version, method, segments: parts, params, token, upload: request.upload }
}

export function textParam(call: GraphCall, name: string): string | null {
  const value = call.params[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

export function objectParam(call: GraphCall, name: string): Record<string, unknown> | null {
  const value = call.params[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
