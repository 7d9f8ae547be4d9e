import { newThreadId } from './ids.ts'
import type { Account, Message, Person, State, Thread } from './model.ts'

export function accountById(state: State, id: string): Account | undefined {
  return state.accounts.find((account) => account.id === id)
}

export function personById(state: State, id: string): Person | undefined {
  return state.people.find((person) => person.id === id)
}

export function threadById(state: State, id: string): Thread | undefined {
  return state.threads.find((thread) => thread.id === id)
}

export function threadOf(state: State, personId: string): Thread | undefined {
  return state.threads.find((thread) => thread.personId === personId)
}

/** The account of a thread; the state never holds a thread without one. */
export function accountOf(state: State, thread: { accountId: string }): Account {
  const account = accountById(state, thread.accountId)
  if (!account) throw new Error(`no account ${thread.accountId} in this world`)
  return account
}

export function openThread(state: State, person: Person): Thread {
  const existing = threadOf(state, person.id)
  if (existing) return existing
  const thread: Thread = {
    id: newThreadId(state, person.platform),
    accountId: person.accountId,
    personId: person.id,
    messages: [],
    openedAt: null,
    seenByPageAt: null,
    deliveredUpTo: null,
    readUpTo: null,
    customerTyping: false,
    pageTypingUntil: null,
    phoneOpen: false,
  }
  state.threads.push(thread)
  return thread
}

export function findMessage(state: State, mid: string): { thread: Thread; message: Message } | undefined {
  for (const thread of state.threads) {
    const message = thread.messages.find((candidate) => candidate.mid === mid)
    if (message) return { thread, message }
  }
  return undefined
}

export function newMessage(fields: Pick<Message, 'mid' | 'from' | 'at'> & Partial<Message>): Message {
  return {
    text: null,
    attachments: [],
    replyTo: null,
    story: null,
    referral: null,
    reactions: [],
    edits: 0,
    deleted: false,
    appId: null,
    metadata: null,
    tag: null,
    ...fields,
  }
}
