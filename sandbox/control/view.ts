import { absoluteUrl, type Sandbox } from '../context.ts'
import { STANDARD_WINDOW_MS } from '../graph/window.ts'
import { threadById } from '../world/lookup.ts'
import type { Message, Person, Thread } from '../world/model.ts'

const MESSAGES_SHOWN = 80

/** The messages of a thread that the client's webhook has not taken yet. */
function waitingMids(sandbox: Sandbox, thread: Thread): Set<unknown> {
  const waiting = sandbox.queue.pending().filter((event) => event.lane === thread.id)
  return new Set(waiting.map((event) => (event.element.message as { mid?: string } | undefined)?.mid))
}

function viewMessage(sandbox: Sandbox, message: Message, waiting: Set<unknown>) {
  const absolute = absoluteUrl(sandbox)
  return {
    ...message,
    waiting: waiting.has(message.mid),
    attachments: message.attachments.map((one) => ({ ...one, url: one.url ? absolute(one.url) : null })),
    story: message.story ? { ...message.story, url: absolute(message.story.url) } : null,
  }
}

function viewThreadHead(sandbox: Sandbox, thread: Thread) {
  const last = thread.messages.at(-1)
  const unread = thread.messages.filter(
    (message) => message.from === 'page' && message.at > (thread.readUpTo ?? 0),
  ).length
  return {
    id: thread.id,
    accountId: thread.accountId,
    personId: thread.personId,
    messageCount: thread.messages.length,
    lastAt: last?.at ?? null,
    lastFrom: last?.from ?? null,
    lastText: last?.text ?? null,
    unread,
    windowEndsAt: thread.openedAt === null ? null : thread.openedAt + STANDARD_WINDOW_MS,
    openedAt: thread.openedAt,
    phoneOpen: thread.phoneOpen || sandbox.live.isOnAPhone(thread.id),
  }
}

/** One thread as the customer's phone shows it, with its newest messages. */
export function viewThread(sandbox: Sandbox, id: string, limit = MESSAGES_SHOWN) {
  const thread = threadById(sandbox.state, id)
  if (!thread) return null
  const waiting = waitingMids(sandbox, thread)
  const typing = thread.pageTypingUntil !== null && thread.pageTypingUntil > Date.now()
  return {
    ...viewThreadHead(sandbox, thread),
    seenByPageAt: thread.seenByPageAt,
    deliveredUpTo: thread.deliveredUpTo,
    readUpTo: thread.readUpTo,
    customerTyping: thread.customerTyping,
    pageTyping: typing,
    messages: thread.messages.slice(-limit).map((message) => viewMessage(sandbox, message, waiting)),
  }
}

const FIRST_PEOPLE = 50
const NEWEST_PEOPLE = 150

/** All people of a small world; of a large one those it began with and the newest. */
function peopleShown(people: Person[]): Person[] {
  if (people.length <= FIRST_PEOPLE + NEWEST_PEOPLE) return people
  return [...people.slice(0, FIRST_PEOPLE), ...people.slice(-NEWEST_PEOPLE)]
}

/** Everything around the threads: what the page needs to start, what a test asks first. */
export function viewSummary(sandbox: Sandbox) {
  const { state, settings } = sandbox
  const absolute = absoluteUrl(sandbox)
  const people = peopleShown(state.people)
  const shown = new Set(people.map((person) => person.id))
  const lastOut = sandbox.log.list().findLast((line) => line.direction === 'out')
  return {
    app: { id: state.app.id, name: state.app.name, secret: state.app.secret, verifyToken: state.app.verifyToken },
    graphUrl: `${sandbox.url()}/facebook`,
    instagramGraphUrl: `${sandbox.url()}/instagram`,
    userToken: state.userToken,
    accounts: state.accounts,
    peopleCount: state.people.length,
    people: people.map((person) => ({
      ...person,
      picture: person.face ? absolute(`/media/face/${person.face}`) : null,
    })),
    threads: state.threads
      .filter((thread) => shown.has(thread.personId))
      .map((thread) => viewThreadHead(sandbox, thread)),
    faults: state.faults,
    switches: state.switches,
    clock: { now: sandbox.clock(), offsetMs: state.clockOffsetMs },
    webhook: {
      url: settings.webhookUrl,
      delivered: state.delivered,
      waiting: sandbox.queue.waiting(),
      lastResult: lastOut?.result ?? null,
      ok: lastOut?.ok ?? null,
    },
    inboxUrl: settings.inboxUrl,
    sends: state.sends.length,
  }
}

export type SummaryView = ReturnType<typeof viewSummary>
export type ThreadView = NonNullable<ReturnType<typeof viewThread>>
export type MessageView = ThreadView['messages'][number]
