import type { Account, Attachment, Message, Reaction, Switches, Thread } from '../world/model.ts'

type Element = Record<string, unknown>

/** Attachments of older shares are addressed on this machine; Meta's would point to its own CDN. */
export type Absolute = (url: string) => string

function parties(thread: Thread, from: 'customer' | 'page', timestamp: number): Element {
  const customer = { id: thread.personId }
  const page = { id: thread.accountId }
  return from === 'customer'
    ? { sender: customer, recipient: page, timestamp }
    : { sender: page, recipient: customer, timestamp }
}

function attachmentPayload(attachment: Attachment, absolute: Absolute): Element {
  const payload: Element = {}
  if (attachment.url) payload.url = absolute(attachment.url)
  if (attachment.title !== undefined) payload.title = attachment.title
  if (attachment.stickerId) payload.sticker_id = Number(attachment.stickerId)
  if (attachment.id && attachment.type === 'ig_reel') payload.reel_video_id = attachment.id
  else if (attachment.id && attachment.type === 'ig_post') payload.ig_post_media_id = attachment.id
  else if (attachment.id) payload.id = attachment.id
  return payload
}

function content(account: Account, message: Message, absolute: Absolute): Element {
  const body: Element = { mid: message.mid }
  if (message.text !== null) body.text = message.text
  if (message.attachments.length > 0) {
    body.attachments = message.attachments.map((attachment) => ({
      type: attachment.type,
      payload: attachmentPayload(attachment, absolute),
    }))
  }
  if (message.story) body.reply_to = { story: { url: absolute(message.story.url), id: message.story.id } }
  else if (message.replyTo) {
    body.reply_to = { mid: message.replyTo, ...(account.platform === 'page' ? { is_self_reply: false } : {}) }
  }
  if (message.referral) body.referral = message.referral
  return body
}

export function customerMessageElement(
  account: Account,
  thread: Thread,
  message: Message,
  absolute: Absolute,
): Element {
  return { ...parties(thread, 'customer', message.at), message: content(account, message, absolute) }
}

/** A page's message as it comes back to the app; Instagram names no app. */
export function echoElement(
  account: Account,
  thread: Thread,
  message: Message,
  switches: Switches,
  absolute: Absolute,
): Element {
  const { mid, ...rest } = content(account, message, absolute)
  const body: Element = { mid, is_echo: true }
  if (account.platform === 'page' && message.appId) body.app_id = Number(message.appId)
  const withMetadata =
    switches.echoMetadata === 'always' || (switches.echoMetadata === 'page' && account.platform === 'page')
  if (message.metadata !== null && withMetadata) body.metadata = message.metadata
  return { ...parties(thread, 'page', message.at), message: { ...body, ...rest } }
}

export function deliveryElement(thread: Thread, mids: string[], watermark: number, at: number): Element {
  return { ...parties(thread, 'customer', at), delivery: { mids, watermark } }
}

/** Messenger tells a watermark, Instagram the id of the newest message seen. */
export function readElement(account: Account, thread: Thread, newest: Message, at: number): Element {
  const read = account.platform === 'page' ? { watermark: newest.at } : { mid: newest.mid }
  return { ...parties(thread, 'customer', at), read }
}

export function reactionElement(thread: Thread, mid: string, reaction: Reaction | null, at: number): Element {
  return {
    ...parties(thread, 'customer', at),
    reaction: reaction
      ? { mid, action: 'react', reaction: reaction.reaction, emoji: reaction.emoji }
      : { mid, action: 'unreact' },
  }
}

/** The count is a number for pages and a string for Instagram, as in Meta's samples. */
export function editElement(account: Account, thread: Thread, message: Message, at: number): Element {
  const count = account.platform === 'page' ? message.edits : String(message.edits)
  return {
    ...parties(thread, 'customer', at),
    message_edit: { mid: message.mid, text: message.text, num_edit: count },
  }
}

export function unsendElement(thread: Thread, message: Message, at: number): Element {
  return { ...parties(thread, 'customer', at), message: { mid: message.mid, is_deleted: true } }
}

export function referralElement(thread: Thread, referral: Element, at: number): Element {
  return { ...parties(thread, 'customer', at), referral }
}

export function postbackElement(thread: Thread, mid: string, title: string, payload: string, at: number): Element {
  return { ...parties(thread, 'customer', at), postback: { mid, title, payload } }
}
