import { absoluteUrl, type Sandbox } from '../context.ts'
import { accountOf, personById } from '../world/lookup.ts'
import type { Account, Attachment, Message, Thread } from '../world/model.ts'
import { type GraphCall, textParam } from './call.ts'
import { GraphError } from './errors.ts'
import { type Field, graphDate, paginate, parseFields, pick } from './fields.ts'
import { STANDARD_WINDOW_MS } from './window.ts'

/** Only so many of a conversation's newest messages tell more than their id. */
const DETAILED_MESSAGES = 20

type Node = Record<string, unknown>

function selfLink(sandbox: Sandbox, call: GraphCall, query: string): string {
  const kept = new URLSearchParams(query)
  for (const name of ['platform', 'fields', 'limit', 'user_id']) {
    const value = textParam(call, name)
    if (value) kept.set(name, value)
  }
  return `${sandbox.url()}/${call.host}/${call.version}/${call.segments.join('/')}?${kept}`
}

function parties(sandbox: Sandbox, account: Account, thread: Thread): { page: Node; customer: Node } {
  const person = personById(sandbox.state, thread.personId)
  if (account.platform === 'instagram') {
    return {
      page: { username: account.username, id: account.id },
      customer: { username: person?.username, id: thread.personId },
    }
  }
  return {
    page: { name: account.name, email: `${account.id}@facebook.com`, id: account.id },
    customer: { name: person?.name, email: `${thread.personId}@facebook.com`, id: thread.personId },
  }
}

function attachmentNode(sandbox: Sandbox, message: Message, attachment: Attachment, index: number): Node {
  const url = attachment.url ? absoluteUrl(sandbox)(attachment.url) : ''
  const node: Node = { id: `att_${message.mid.slice(-16)}${index}`, name: attachment.name, mime_type: attachment.mime }
  if (attachment.type === 'image' || attachment.type === 'sticker') {
    return { ...node, mime_type: attachment.mime ?? 'image/png', image_data: { url, preview_url: url } }
  }
  if (attachment.type === 'video') return { ...node, video_data: { url } }
  return { ...node, file_url: url }
}

function messageNode(sandbox: Sandbox, thread: Thread, message: Message): Node {
  const account = accountOf(sandbox.state, thread)
  const { page, customer } = parties(sandbox, account, thread)
  const [from, to] = message.from === 'page' ? [page, customer] : [customer, page]
  const shared = message.attachments.filter((attachment) =>
    /^(ig_)?(post|reel)$|^share$|^fallback$/.test(attachment.type),
  )
  const media = message.attachments.filter((attachment) => !shared.includes(attachment))
  return {
    id: message.mid,
    created_time: graphDate(message.at),
    from,
    to: { data: [to] },
    message: message.text ?? '',
    attachments:
      media.length > 0 ? { data: media.map((one, index) => attachmentNode(sandbox, message, one, index)) } : undefined,
    shares:
      shared.length > 0
        ? { data: shared.map((one) => ({ link: one.url ? absoluteUrl(sandbox)(one.url) : undefined })) }
        : undefined,
    story: message.story
      ? { reply_to: { link: absoluteUrl(sandbox)(message.story.url), id: message.story.id } }
      : undefined,
    reply_to: message.replyTo ? { mid: message.replyTo, is_self_reply: false } : undefined,
    reactions:
      message.reactions.length > 0
        ? {
            data: message.reactions.map((one) => ({
              reaction: one.reaction,
              users: [one.by === 'page' ? page : customer],
            })),
          }
        : undefined,
    is_unsupported: account.platform === 'instagram' ? false : undefined,
  }
}

function newestFirst(thread: Thread): Message[] {
  return thread.messages.filter((message) => !message.deleted).reverse()
}

function messageList(
  sandbox: Sandbox,
  call: GraphCall,
  thread: Thread,
  field: Field,
  paging: { after: string | null; before: string | null },
): Node {
  const all = newestFirst(thread)
  const page = paginate(all, {
    key: (message) => message.mid,
    limit: Math.min(field.limit ?? 25, 100),
    ...paging,
    link: (query) => selfLink(sandbox, { ...call, segments: [thread.id, 'messages'] }, query),
  })
  const data = page.items.map((message) =>
    all.indexOf(message) < DETAILED_MESSAGES
      ? pick(messageNode(sandbox, thread, message), field.fields, ['id', 'created_time'])
      : { id: message.mid, created_time: graphDate(message.at) },
  )
  return { data, ...(page.paging ? { paging: page.paging } : {}) }
}

function threadNode(sandbox: Sandbox, call: GraphCall, thread: Thread, fields: Field[]): Node {
  const account = accountOf(sandbox.state, thread)
  const { page, customer } = parties(sandbox, account, thread)
  const last = newestFirst(thread)[0]
  const unread = thread.messages.filter(
    (message) => message.from === 'customer' && message.at > (thread.seenByPageAt ?? 0),
  )
  const messages = fields.find((field) => field.name === 'messages')
  const node: Node = {
    id: thread.id,
    link: `/${account.id}/inbox/${thread.personId}/`,
    updated_time: graphDate(last?.at ?? 0),
    message_count: thread.messages.length,
    unread_count: unread.length,
    snippet: last?.text ?? '',
    participants: { data: [customer, page] },
    senders: { data: [customer, page] },
    can_reply: thread.openedAt !== null && sandbox.clock() - thread.openedAt < STANDARD_WINDOW_MS,
    folder: 'inbox',
    is_subscribed: true,
    name: personById(sandbox.state, thread.personId)?.name,
    scoped_thread_key: thread.id,
    messages: messages ? messageList(sandbox, call, thread, messages, { after: null, before: null }) : undefined,
  }
  return pick(node, fields, ['id', 'updated_time'])
}

/** `GET /{id}/conversations`: newest first, of one account, perhaps with one person only. */
export function listThreads(sandbox: Sandbox, call: GraphCall, account: Account): Node {
  const wanted = textParam(call, 'user_id')
  const threads = sandbox.state.threads
    .filter((thread) => thread.accountId === account.id && thread.messages.length > 0)
    .filter((thread) => wanted === null || thread.personId === wanted)
    .sort((a, b) => (b.messages.at(-1)?.at ?? 0) - (a.messages.at(-1)?.at ?? 0))
  const fields = parseFields(textParam(call, 'fields'))
  const page = paginate(threads, {
    key: (thread) => thread.id,
    limit: Math.min(Number(textParam(call, 'limit')) || 25, 100),
    after: textParam(call, 'after'),
    before: textParam(call, 'before'),
    link: (query) => selfLink(sandbox, call, query),
  })
  const data = page.items.map((thread) => threadNode(sandbox, call, thread, fields))
  return { data, ...(page.paging ? { paging: page.paging } : {}) }
}

export function readThread(sandbox: Sandbox, call: GraphCall, thread: Thread): Node {
  return threadNode(sandbox, call, thread, parseFields(textParam(call, 'fields')))
}

export function listMessages(sandbox: Sandbox, call: GraphCall, thread: Thread): Node {
  const fields = parseFields(textParam(call, 'fields'))
  const limit = Number(textParam(call, 'limit')) || null
  const paging = { after: textParam(call, 'after'), before: textParam(call, 'before') }
  return messageList(sandbox, call, thread, { name: 'messages', limit, fields }, paging)
}

/** `GET /{message-id}`; older than the readable twenty, or unsent: answers as if it were deleted. */
export function readMessage(sandbox: Sandbox, call: GraphCall, thread: Thread, message: Message): Node {
  const position = newestFirst(thread).indexOf(message)
  if (position < 0 || position >= DETAILED_MESSAGES) {
    throw new GraphError({
      status: 400,
      code: 9000001,
      message: '(#9000001) The message you are trying to access has been deleted or is not available.',
    })
  }
  return pick(messageNode(sandbox, thread, message), parseFields(textParam(call, 'fields')), ['id', 'created_time'])
}
