import { createHash } from 'node:crypto'

export type Host = 'facebook' | 'instagram'

export interface GraphErrorFields {
  status: number
  code: number
  subcode?: number | null
  message: string
  type?: 'OAuthException' | 'GraphMethodException' | 'IGApiException'
  transient?: boolean
}

/** A refusal in the words and codes of the Graph API. */
export class GraphError extends Error {
  readonly fields: GraphErrorFields
  constructor(fields: GraphErrorFields) {
    super(fields.message)
    this.fields = fields
  }
}

let traces = 0

/** Graph's envelope of a refusal. Instagram's own host names its type IGApiException for all but token errors. */
export function errorEnvelope(host: Host, fields: GraphErrorFields): Record<string, unknown> {
  traces += 1
  const trace = createHash('sha256').update(`${traces}:${fields.code}`).digest('base64url').slice(0, 22)
  const tokenError = fields.code === 190 || fields.code === 102
  const type = fields.type ?? (host === 'instagram' && !tokenError ? 'IGApiException' : 'OAuthException')
  return {
    error: {
      message: fields.message,
      type,
      code: fields.code,
      ...(fields.subcode ? { error_subcode: fields.subcode } : {}),
      ...(fields.transient ? { is_transient: true } : {}),
      fbtrace_id: `A${trace}`,
    },
  }
}

export const badParameter = (message: string, subcode?: number): GraphError =>
  new GraphError({ status: 400, code: 100, subcode, message: `(#100) ${message}` })

export const unknownObject = (id: string, method: string): GraphError =>
  new GraphError({
    status: 400,
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
  })

export const unknownPath = (path: string): GraphError =>
  new GraphError({ status: 400, code: 2500, message: `Unknown path components: /${path}` })

export const invalidToken = (message: string, subcode?: number): GraphError =>
  new GraphError({ status: 400, code: 190, subcode, message })

export const expiredToken = (): GraphError =>
  invalidToken('Error validating access token: Session has expired. The current time is past the expiry.', 463)

export const rateLimited = (message: string, code = 613, subcode?: number): GraphError =>
  new GraphError({ status: code === 613 ? 403 : 400, code, subcode, message: `(#${code}) ${message}` })
