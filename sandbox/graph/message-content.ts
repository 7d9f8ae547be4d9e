import type { Sandbox } from '../context.ts'
import { newDigits } from '../world/ids.ts'
import type { Attachment } from '../world/model.ts'
import { type GraphCall, objectParam } from './call.ts'
import { badParameter, GraphError } from './errors.ts'
import type { Addressed } from './send-message.ts'

export interface Content {
  text: string | null
  attachments: Attachment[]
  metadata: string | null
  replyTo: string | null
}

const MEGABYTE = 1024 * 1024
const LIMITS: Record<string, number> = {
  image: 8 * MEGABYTE,
  video: 25 * MEGABYTE,
  audio: 25 * MEGABYTE,
  file: 25 * MEGABYTE,
}
const TEXT_LIMIT = 2_000
const METADATA_LIMIT = 1_000
const FETCH_TIMEOUT_MS = 10_000

/** Reads and checks what a message holds; fetches attachments that are given by address. */
export async function readContent(sandbox: Sandbox, call: GraphCall, addressed: Addressed): Promise<Content> {
  const message = objectParam(call, 'message')
  if (!message) throw badParameter('The parameter message is required')
  const given = message.attachments ?? message.attachment
  const list: unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given]
  const text = message.text === undefined ? null : message.text
  if (text === null && list.length === 0 && !call.upload)
    throw badParameter('Param message must have text or attachment')
  if (text !== null && (typeof text !== 'string' || text === ''))
    throw badParameter('message[text] must be a non-empty UTF-8 encoded string')
  if (text !== null && list.length > 0)
    throw badParameter('message[text] and message[attachment] cannot be sent together')
  if (typeof text === 'string') checkLength(sandbox, addressed, text)
  const metadata = message.metadata === undefined ? null : message.metadata
  if (metadata !== null && (typeof metadata !== 'string' || metadata.length > METADATA_LIMIT)) {
    throw badParameter(`Length of param message[metadata] must be less than or equal to ${METADATA_LIMIT}`)
  }
  const attachments: Attachment[] = []
  for (const attachment of list) attachments.push(await readAttachment(sandbox, call, attachment))
  return { text, attachments, metadata, replyTo: readReplyTo(call, message, addressed) }
}

function checkLength(sandbox: Sandbox, { account }: Addressed, text: string): void {
  const limit = account.platform === 'page' ? TEXT_LIMIT : sandbox.state.switches.instagramTextLimit
  // Instagram documents bytes; the 2000 that live refusals name are characters.
  const length = account.platform === 'instagram' && limit === 1000 ? Buffer.byteLength(text) : [...text].length
  if (length > limit)
    throw badParameter(
      `Length of param message[text] must be less than or equal to ${limit}`,
      account.platform === 'instagram' ? 2534015 : undefined,
    )
}

function readReplyTo(call: GraphCall, message: Record<string, unknown>, { thread }: Addressed): string | null {
  const inner = typeof message.reply_to === 'object' ? (message.reply_to as Record<string, unknown> | null) : null
  const mid = (objectParam(call, 'reply_to') ?? inner)?.mid
  if (mid === undefined) return null
  if (typeof mid !== 'string' || !thread.messages.some((candidate) => candidate.mid === mid)) {
    throw badParameter('Invalid reply_to: no such message in this conversation')
  }
  return mid
}

async function readAttachment(sandbox: Sandbox, call: GraphCall, value: unknown): Promise<Attachment> {
  const attachment = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const type = typeof attachment.type === 'string' ? attachment.type.toLowerCase() : ''
  if (type === 'like_heart') return { type, url: '/media/picture/heart' }
  const limit = LIMITS[type]
  if (limit === undefined)
    throw badParameter('Param message[attachment][type] must be one of {IMAGE, AUDIO, VIDEO, FILE, LIKE_HEART}')
  if (call.upload) return { type, url: sandbox.media.keep(call.upload), mime: call.upload.mime }
  const payload =
    typeof attachment.payload === 'object' && attachment.payload ? (attachment.payload as Record<string, unknown>) : {}
  if (payload.attachment_id !== undefined) {
    const uploaded = sandbox.state.uploads[String(payload.attachment_id)]
    if (!uploaded) throw badParameter('The attachment_id is not yours or has expired', 2018074)
    return uploaded
  }
  if (typeof payload.url !== 'string' || !/^https?:\/\//.test(payload.url) || !URL.canParse(payload.url)) {
    throw badParameter('Param message[attachment][payload][url] must be a valid address', 2018008)
  }
  if (!sandbox.state.switches.fetchAttachments) return { type, url: payload.url }
  return { type, ...(await fetchMedia(sandbox, payload.url, type, limit)) }
}

async function fetchMedia(
  sandbox: Sandbox,
  url: string,
  type: string,
  limit: number,
): Promise<{ url: string; mime: string }> {
  const failed = badParameter(
    'Failed to fetch the file from the url. Check if the url is valid and points to a media file.',
    2018008,
  )
  let response: Response
  let bytes: Buffer
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
    if (!response.ok || !response.body) throw failed
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of response.body) {
      size += part.byteLength
      if (size > limit) throw badParameter('The attachment is too large', 2018109)
      parts.push(part)
    }
    bytes = Buffer.concat(parts)
  } catch (error) {
    throw error instanceof GraphError ? error : failed
  }
  const mime = response.headers.get('content-type')?.split(';')[0]?.trim() ?? 'application/octet-stream'
  if (type !== 'file' && !mime.startsWith(`${type}/`)) {
    throw badParameter(`The file is ${mime}, not of the type ${type}`, 2018047)
  }
  return { url: sandbox.media.keep({ mime, bytes }), mime }
}

/** Reusable uploads: `POST /{id}/message_attachments`. The id stands for the kept file. */
export async function uploadAttachment(sandbox: Sandbox, call: GraphCall): Promise<string> {
  const message = objectParam(call, 'message')
  if (!message?.attachment) throw badParameter('The parameter message[attachment] is required')
  const attachment = await readAttachment(sandbox, call, message.attachment)
  const id = newDigits(sandbox.state, 'attachment', 15)
  sandbox.state.uploads[id] = attachment
  sandbox.changed()
  return id
}
