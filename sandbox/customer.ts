import { absoluteUrl, type Sandbox } from './context.ts'
import {
  customerMessageElement,
  deliveryElement,
  echoElement,
  editElement,
  postbackElement,
  reactionElement,
  readElement,
  referralElement,
  unsendElement,
} from './webhooks/elements.ts'
import { newMid } from './world/ids.ts'
import { accountOf, newMessage, openThread, personById } from './world/lookup.ts'
import type { Account, Attachment, Message, Person, Platform, Reaction, Thread } from './world/model.ts'

/** The subscription field an event belongs to; Instagram words some of them differently. */
const FIELDS: Record<string, Record<Platform, string>> = {
  messages: { page: 'messages', instagram: 'messages' },
  echo: { page: 'message_echoes', instagram: 'messages' },
  edit: { page: 'message_edits', instagram: 'message_edit' },
  reaction: { page: 'message_reactions', instagram: 'message_reactions' },
  read: { page: 'message_reads', instagram: 'messaging_seen' },
  delivery: { page: 'message_deliveries', instagram: '' },
  postback: { page: 'messaging_postbacks', instagram: 'messaging_postbacks' },
  referral: { page: 'messaging_referrals', instagram: 'messaging_referral' },
}

type EventKind = keyof typeof FIELDS

/** Queues one webhook event; resolves when the client has acknowledged it, at once if it is not subscribed. */
export function emit(
  sandbox: Sandbox,
  thread: Thread,
  kind: EventKind,
  element: Record<string, unknown>,
): Promise<void> {
  const account = accountOf(sandbox.state, thread)
  const field = FIELDS[kind]?.[account.platform] ?? ''
  if (!account.subscribedFields.includes(field)) return Promise.resolve()
  const person = personById(sandbox.state, thread.personId)
  return sandbox.queue.add({
    object: account.platform,
    accountId: account.id,
    lane: thread.id,
    label: `${field}, ${person?.name.split(' ')[0] ?? thread.personId}`,
    element,
  })
}

export interface Written {
  text?: string | null
  attachments?: Attachment[]
  replyTo?: string | null
  story?: { id: string; url: string } | null
  referral?: Record<string, unknown> | null
}

/** Time moves on within a thread, even for two messages of the same millisecond. */
function nextTime(sandbox: Sandbox, thread: Thread): number {
  return Math.max(sandbox.clock(), (thread.messages.at(-1)?.at ?? 0) + 1)
}

/** The customer writes: stores the message, opens the window and sends the webhook. */
export function customerWrites(
  sandbox: Sandbox,
  person: Person,
  written: Written,
): { thread: Thread; message: Message; acknowledged: Promise<void> } {
  const { state } = sandbox
  const thread = openThread(state, person)
  const message = newMessage({
    mid: newMid(state, person.platform),
    from: 'customer',
    at: nextTime(sandbox, thread),
    text: written.text ?? null,
    attachments: written.attachments ?? [],
    replyTo: written.replyTo ?? null,
    story: written.story ?? null,
    referral: written.referral ?? null,
  })
  thread.messages.push(message)
  thread.openedAt = message.at
  thread.customerTyping = false
  const element = customerMessageElement(accountOf(state, thread), thread, message, absoluteUrl(sandbox))
  const acknowledged = emit(sandbox, thread, 'messages', element)
  sandbox.changed(thread.id)
  return { thread, message, acknowledged }
}

/** The page's message, from the client or from a native app, as it lands on the customer's phone. */
export function pageWrites(sandbox: Sandbox, thread: Thread, fields: Partial<Message> & { appId: string }): Message {
  const { state } = sandbox
  const message = newMessage({
    ...fields,
    mid: newMid(state, accountOf(state, thread).platform),
    from: 'page',
    at: nextTime(sandbox, thread),
  })
  thread.messages.push(message)
  thread.pageTypingUntil = null
  sandbox.changed(thread.id)
  return message
}

export function emitEcho(sandbox: Sandbox, thread: Thread, message: Message): Promise<void> {
  const account = accountOf(sandbox.state, thread)
  const element = echoElement(account, thread, message, sandbox.state.switches, absoluteUrl(sandbox))
  return emit(sandbox, thread, 'echo', element)
}

/** After a page's message: it reaches the phone, and is read when the phone lies open on this thread. */
export function arriveOnPhone(sandbox: Sandbox, thread: Thread, message: Message): void {
  const account = accountOf(sandbox.state, thread)
  thread.deliveredUpTo = Math.max(thread.deliveredUpTo ?? 0, message.at)
  if (account.platform === 'page') {
    void emit(sandbox, thread, 'delivery', deliveryElement(thread, [message.mid], message.at, sandbox.clock()))
  }
  if (thread.phoneOpen || sandbox.live.isOnAPhone(thread.id)) customerReads(sandbox, thread)
  sandbox.changed(thread.id)
}

/** The customer looks at the thread; null when there was nothing new to see. */
export function customerReads(sandbox: Sandbox, thread: Thread): Promise<void> | null {
  const newest = thread.messages.findLast((message) => message.from === 'page' && !message.deleted)
  if (!newest || (thread.readUpTo ?? 0) >= newest.at) return null
  thread.readUpTo = newest.at
  thread.deliveredUpTo = Math.max(thread.deliveredUpTo ?? 0, newest.at)
  const account = accountOf(sandbox.state, thread)
  const acknowledged = emit(sandbox, thread, 'read', readElement(account, thread, newest, sandbox.clock()))
  sandbox.changed(thread.id)
  return acknowledged
}

export function customerReacts(
  sandbox: Sandbox,
  thread: Thread,
  mid: string,
  reaction: Reaction | null,
): Promise<void> | null {
  const message = thread.messages.find((candidate) => candidate.mid === mid)
  if (!message) return null
  message.reactions = message.reactions.filter((existing) => existing.by !== 'customer')
  if (reaction) {
    message.reactions.push(reaction)
    thread.openedAt = sandbox.clock()
  }
  sandbox.changed(thread.id)
  return emit(sandbox, thread, 'reaction', reactionElement(thread, mid, reaction, sandbox.clock()))
}

export function customerEdits(sandbox: Sandbox, thread: Thread, message: Message, text: string): Promise<void> {
  message.text = text
  message.edits += 1
  sandbox.changed(thread.id)
  const element = editElement(accountOf(sandbox.state, thread), thread, message, sandbox.clock())
  return emit(sandbox, thread, 'edit', element)
}

export function customerUnsends(sandbox: Sandbox, thread: Thread, message: Message): Promise<void> {
  message.deleted = true
  message.text = null
  message.attachments = []
  sandbox.changed(thread.id)
  return emit(sandbox, thread, 'messages', unsendElement(thread, message, sandbox.clock()))
}

export function customerFollowsLink(
  sandbox: Sandbox,
  person: Person,
  ref: string,
): { thread: Thread; acknowledged: Promise<void> } {
  const thread = openThread(sandbox.state, person)
  const at = sandbox.clock()
  thread.openedAt = at
  const source = person.platform === 'page' ? 'SHORTLINK' : 'IGME-SOURCE-LINK'
  const acknowledged = emit(
    sandbox,
    thread,
    'referral',
    referralElement(thread, { ref, source, type: 'OPEN_THREAD' }, at),
  )
  sandbox.changed(thread.id)
  return { thread, acknowledged }
}

export function customerTaps(
  sandbox: Sandbox,
  person: Person,
  title: string,
  payload: string,
): { thread: Thread; acknowledged: Promise<void> } {
  const thread = openThread(sandbox.state, person)
  const at = sandbox.clock()
  thread.openedAt = at
  const mid = newMid(sandbox.state, person.platform)
  const acknowledged = emit(sandbox, thread, 'postback', postbackElement(thread, mid, title, payload, at))
  sandbox.changed(thread.id)
  return { thread, acknowledged }
}

/** Everything a thread has seen, as webhooks with their own times: for a client that starts after the fact. */
export function emitHistory(sandbox: Sandbox, thread: Thread): Promise<void>[] {
  const account: Account = accountOf(sandbox.state, thread)
  const sent = thread.messages.map((message) => emitPast(sandbox, account, thread, message))
  const read = thread.messages.findLast((message) => message.from === 'page' && message.at <= (thread.readUpTo ?? 0))
  if (read) sent.push([emit(sandbox, thread, 'read', readElement(account, thread, read, read.at + 45_000))])
  return sent.flat()
}

function emitPast(sandbox: Sandbox, account: Account, thread: Thread, message: Message): Promise<void>[] {
  if (message.deleted) return []
  if (message.from === 'customer') {
    const element = customerMessageElement(account, thread, message, absoluteUrl(sandbox))
    const reactions = message.reactions.filter((reaction) => reaction.by === 'customer')
    return [
      emit(sandbox, thread, 'messages', element),
      ...reactions.map((reaction) =>
        emit(sandbox, thread, 'reaction', reactionElement(thread, message.mid, reaction, message.at + 20_000)),
      ),
    ]
  }
  const past = [emitEcho(sandbox, thread, message)]
  if (account.platform === 'page' && message.at <= (thread.deliveredUpTo ?? 0)) {
    past.push(emit(sandbox, thread, 'delivery', deliveryElement(thread, [message.mid], message.at, message.at + 800)))
  }
  for (const reaction of message.reactions.filter((candidate) => candidate.by === 'customer')) {
    past.push(emit(sandbox, thread, 'reaction', reactionElement(thread, message.mid, reaction, message.at + 20_000)))
  }
  return past
}
