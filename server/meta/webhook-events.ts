import { createHash } from 'node:crypto'
import type { MessageKind } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'

/**
 * Meta's webhook payloads, read leniently into a closed union (meta-platform 1.4 to 1.9). Whatever comes, every element
 * becomes exactly one event: understood, kept as another kind, or faulty with a reason. Nothing here throws.
 */

/** One element of a delivery as it lay in the envelope: enough to read it again later. */
export interface Envelope {
  object: string | null
  entryId: string | null
  entryTime: number | null
  list: 'messaging' | 'standby' | 'changes' | 'flat' | 'delivery'
  item: unknown
}

export interface EventAttachment {
  kind: MessageKind
  type: string
  title: string | null
  url: string | null
  payload: unknown
}

interface Addressed {
  platform: Platform
  /** Page id or Instagram account id. */
  accountId: string
  /** PSID or IGSID of the person. */
  contactId: string
  /** When it happened, milliseconds; null when Meta did not say. */
  timestamp: number | null
}

export interface MessageEvent extends Addressed {
  kind: 'message'
  mid: string
  text: string
  attachments: EventAttachment[]
  messageKind: MessageKind
  isGif: boolean
  isEcho: boolean
  /** The app that sent an echo. */
  appId: string | null
  metadata: string | null
  replyToMid: string | null
}

export interface DeliveryEvent extends Addressed {
  kind: 'delivery'
  watermark: number
}

/** Messenger tells a time, Instagram the message (meta-platform 1.6, 1.8). */
export interface ReadEvent extends Addressed {
  kind: 'read'
  watermark: number | null
  mid: string | null
}

/** Something we keep and do not apply. */
export interface OtherEvent {
  kind: 'other'
  name: string
  accountId: string | null
  /** What makes two of them the same event. */
  key: string
}

export interface FaultyEvent {
  kind: 'faulty'
  name: string
  accountId: string | null
  reason: FaultReason
  detail: string
}

export type FaultReason =
  | 'not_json'
  | 'not_utf8'
  | 'wrong_type'
  | 'missing_field'
  | 'text_not_storable'
  | 'too_long'
  | 'too_deep'

export type WebhookEvent = MessageEvent | DeliveryEvent | ReadEvent | OtherEvent | FaultyEvent

class Fault extends Error {
  readonly reason: FaultReason
  constructor(reason: FaultReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

type Json = Record<string, unknown>
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)

const maxDepth = 64
const maxTextBytes = 65_535

/** Takes a delivery apart: one envelope per element, in the order of the payload. */
export function openDelivery(body: unknown): Envelope[] {
  const whole = (item: unknown): Envelope => ({ object: null, entryId: null, entryTime: null, list: 'delivery', item })
  if (!isObject(body)) return [whole(body)]
  const object = typeof body.object === 'string' ? body.object.slice(0, 64) : null
  if (!Array.isArray(body.entry)) return [{ ...whole(body), object }]
  return body.entry.flatMap((entry: unknown): Envelope[] => {
    if (!isObject(entry)) return [{ ...whole(entry), object }]
    const base = { object, entryId: idOf(entry.id), entryTime: timeOf(entry.time) }
    const found: Envelope[] = []
    for (const list of ['messaging', 'standby', 'changes'] as const) {
      if (!(list in entry)) continue
      const items = entry[list]
      if (Array.isArray(items)) found.push(...items.map((item) => ({ ...base, list, item })))
      else found.push({ ...base, list, item: items })
    }
    // Instagram Login documents content events flat: field and value beside the entry's id (meta-platform 1.9).
    if ('field' in entry) found.push({ ...base, list: 'flat', item: { field: entry.field, value: entry.value } })
    return found.length > 0 ? found : [{ ...base, list: 'delivery', item: entry }]
  })
}

/** Reads one element. */
export function readEvent(envelope: Envelope): WebhookEvent {
  const { list, item, entryId } = envelope
  const name = nameOf(envelope)
  try {
    if (tooDeep(item)) throw new Fault('too_deep', `nested more than ${maxDepth} levels`)
    if (list === 'delivery') throw new Fault('wrong_type', 'no list of events where one was expected')
    if (!isObject(item)) throw new Fault('wrong_type', `${list} element is not an object`)
    if (list === 'changes' || list === 'flat') return other(envelope, name)
    if (isObject(item.message)) return readMessage(envelope, item, item.message, name)
    if ('message' in item) throw new Fault('wrong_type', 'message')
    if ('delivery' in item) return readDelivery(envelope, item)
    if ('read' in item) return readRead(envelope, item)
    return other(envelope, name)
  } catch (error) {
    const [reason, detail] =
      error instanceof Fault ? [error.reason, error.message] : (['wrong_type', String(error)] as const)
    return { kind: 'faulty', name, accountId: entryId, reason, detail: detail.slice(0, 500) }
  }
}

const messagingKinds = [
  'message_edit',
  'reaction',
  'postback',
  'referral',
  'optin',
  'pass_thread_control',
  'take_thread_control',
  'request_thread_control',
  'app_roles',
  'policy_enforcement',
  'account_linking',
  'response_feedback',
  'messaging_feedback',
  'order',
  'delivery',
  'read',
]

function nameOf({ list, item }: Envelope): string {
  if (!isObject(item)) return 'unreadable'
  if (list === 'changes' || list === 'flat') return typeof item.field === 'string' ? item.field.slice(0, 64) : 'change'
  if (isObject(item.message)) {
    if (item.message.is_deleted === true) return 'message_deleted'
    return item.message.is_echo === true ? 'message_echo' : 'message'
  }
  return messagingKinds.find((k) => k in item) ?? (list === 'delivery' ? 'unreadable' : 'unknown')
}

function other(envelope: Envelope, name: string): OtherEvent {
  const { object, entryId, list, item } = envelope
  const key = createHash('sha256')
    .update(JSON.stringify([object, entryId, list, canonical(item)]))
    .digest('base64url')
  return { kind: 'other', name, accountId: entryId, key }
}

/** The same value whatever the order of its keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((k) => [k, canonical(value[k])]),
  )
}

function addressed(envelope: Envelope, item: Json, outgoing: boolean): Addressed {
  const platform = platformOf(envelope.object)
  const sender = idOf(isObject(item.sender) ? item.sender.id : undefined)
  const recipient = idOf(isObject(item.recipient) ? item.recipient.id : undefined)
  const accountId = envelope.entryId ?? (outgoing ? sender : recipient)
  const contactId = outgoing ? recipient : sender
  if (!accountId) throw new Fault('missing_field', 'entry.id')
  if (!contactId) throw new Fault('missing_field', outgoing ? 'recipient.id' : 'sender.id')
  return { platform, accountId, contactId, timestamp: timeOf(item.timestamp) ?? envelope.entryTime }
}

function platformOf(object: string | null): Platform {
  if (object === 'instagram') return 'INSTAGRAM'
  if (object === 'page') return 'FACEBOOK'
  throw new Fault('wrong_type', `object is ${object ?? 'missing'}`)
}

function readMessage(envelope: Envelope, item: Json, message: Json, name: string): WebhookEvent {
  if (message.is_deleted === true) return other(envelope, name)
  const isEcho = message.is_echo === true
  const address = addressed(envelope, item, isEcho)
  const mid = midOf(message.mid)
  if (!mid) throw new Fault('missing_field', 'message.mid')
  const text = storableText(message.text, 'message.text')
  const attachments = readAttachments(message.attachments)
  const replyTo = isObject(message.reply_to) ? message.reply_to : {}
  const story = isObject(replyTo.story)
  const messageKind: MessageKind =
    message.is_unsupported === true ? 'unsupported' : (attachments[0]?.kind ?? (story ? 'story_reply' : 'text'))
  return {
    kind: 'message',
    ...address,
    mid,
    text,
    attachments,
    messageKind,
    isGif: attachments.some((a) => a.kind === 'gif' || a.kind === 'sticker'),
    isEcho,
    appId: idOf(message.app_id),
    metadata: typeof message.metadata === 'string' ? message.metadata.slice(0, 1000) : null,
    replyToMid: midOf(replyTo.mid),
  }
}

const kinds: Record<string, MessageKind> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  file: 'file',
  sticker: 'sticker',
  gif: 'gif',
  animated_image: 'gif',
  location: 'location',
  share: 'share',
  fallback: 'share',
  post: 'post',
  ig_post: 'post',
  media: 'post',
  media_share: 'post',
  reel: 'reel',
  ig_reel: 'reel',
  story: 'story',
  ig_story: 'story',
  story_mention: 'story_mention',
  like_heart: 'like',
  template: 'template',
}

function readAttachments(value: unknown): EventAttachment[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Fault('wrong_type', 'message.attachments')
  return value.map((a: unknown): EventAttachment => {
    if (!isObject(a)) throw new Fault('wrong_type', 'message.attachments element')
    const type = typeof a.type === 'string' ? a.type.slice(0, 64) : 'unknown'
    const payload = isObject(a.payload) ? a.payload : {}
    const url = firstText(payload.url, a.url)
    return {
      kind: attachmentKind(type, payload, url),
      type,
      title: clip(firstText(payload.title, a.title), 300),
      url,
      payload: a.payload ?? null,
    }
  })
}

function attachmentKind(type: string, payload: Json, url: string | null): MessageKind {
  if (type === 'image' && 'sticker_id' in payload) return 'sticker'
  if (type === 'image' && url && URL.canParse(url) && new URL(url).pathname.toLowerCase().endsWith('.gif')) return 'gif'
  if (type === 'template' && isObject(payload.product)) return 'product'
  return kinds[type.toLowerCase()] ?? 'unsupported'
}

function readDelivery(envelope: Envelope, item: Json): DeliveryEvent {
  const watermark = timeOf(isObject(item.delivery) ? item.delivery.watermark : undefined)
  if (watermark === null) throw new Fault('missing_field', 'delivery.watermark')
  return { kind: 'delivery', ...addressed(envelope, item, false), watermark }
}

function readRead(envelope: Envelope, item: Json): ReadEvent {
  const read = isObject(item.read) ? item.read : {}
  const watermark = timeOf(read.watermark)
  const mid = midOf(read.mid)
  if (watermark === null && mid === null) throw new Fault('missing_field', 'read.watermark or read.mid')
  return { kind: 'read', ...addressed(envelope, item, false), watermark, mid }
}

/** An id as text; old payloads write numbers (lossless-json keeps those that would lose digits). */
function idOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' && value.length <= 255 && isStorable(value) ? value : null
}

/** A message id; ids longer than the column are kept as their hash, as the prior system did. */
export function midOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text === '' || !isStorable(text)) return null
  return [...text].length <= 512 ? text : `hash:${createHash('sha256').update(text).digest('hex')}`
}

/** Milliseconds; Meta writes seconds in places, and numbers as text in others (meta-platform 1.3). */
function timeOf(value: unknown): number | null {
  const n = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof n !== 'number' || !Number.isFinite(n) || n <= 0) return null
  const ms = n < 1e12 ? n * 1000 : n
  return ms < 8.64e15 ? Math.floor(ms) : null
}

/** A lone surrogate would be replaced and a NUL cut by the databases on the way: such text is parked, not altered. */
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\u0000')

function storableText(value: unknown, field: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new Fault('wrong_type', field)
  if (!isStorable(value)) throw new Fault('text_not_storable', `${field} holds a NUL or half a character`)
  if (Buffer.byteLength(value) > maxTextBytes) throw new Fault('too_long', `${field} is over ${maxTextBytes} bytes`)
  return value
}

const firstText = (...values: unknown[]) =>
  values.find((v): v is string => typeof v === 'string' && v !== '' && isStorable(v)) ?? null
const clip = (value: string | null, length: number) => (value === null ? null : [...value].slice(0, length).join(''))

function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((v) => (typeof v === 'object' && v !== null ? Object.values(v) : []))
  }
  return false
}
