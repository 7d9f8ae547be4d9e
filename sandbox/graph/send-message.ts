import type { Sandbox } from '../context.ts'
import { arriveOnPhone, emitEcho, pageWrites } from '../customer.ts'
import { accountById, openThread, personById } from '../world/lookup.ts'
import type { Account, Attachment, Person, Thread } from '../world/model.ts'
import { type GraphAnswer, type GraphCall, objectParam, ok, textParam } from './call.ts'
import { badParameter, GraphError } from './errors.ts'
import { spoiledAnswer, storesFirst, takeFault } from './faults.ts'
import { readContent } from './message-content.ts'
import type { RateMeter } from './rate.ts'
import { performSenderAction } from './sender-action.ts'
import { checkTag, checkWindow } from './window.ts'

/** An echo that comes before the answer waits at most this long for a client that does not take it. */
const ECHO_BEFORE_MS = 5_000

export interface Addressed {
  account: Account
  person: Person
  thread: Thread
}

/** Page tokens also speak for the linked Instagram account (the Facebook Login flavour). */
export function accountsSpokenFor(sandbox: Sandbox, owner: Account): Account[] {
  const linked = owner.platform === 'page' && owner.linkedId ? accountById(sandbox.state, owner.linkedId) : undefined
  return linked ? [owner, linked] : [owner]
}

function recipientIdOf(call: GraphCall): string {
  const recipient = objectParam(call, 'recipient')
  if (!recipient) throw badParameter('The parameter recipient is required')
  const id = recipient.id
  if (typeof id === 'string' && /^\d+$/.test(id)) return id
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id)
  if (recipient.comment_id !== undefined) throw badParameter('Invalid comment_id: no such comment', 2534025)
  throw badParameter('Param recipient must be a JSON object with a valid id')
}

function findPerson(sandbox: Sandbox, owner: Account, id: string): Addressed {
  const accounts = accountsSpokenFor(sandbox, owner)
  const person = personById(sandbox.state, id)
  const account = accounts.find((candidate) => candidate.id === person?.accountId)
  if (!person || !account) {
    if (owner.platform === 'instagram') throw badParameter('No matching Instagram user', 2534014)
    throw badParameter('No matching user found', 2018001)
  }
  return { account, person, thread: openThread(sandbox.state, person) }
}

function checkReach({ account, person }: Addressed): void {
  if (person.blocked) {
    throw new GraphError({
      status: 400,
      code: 551,
      subcode: 1545041,
      message: "(#551) This person isn't available right now.",
    })
  }
  if (!account.messageAccess) {
    throw new GraphError({
      status: 403,
      code: 200,
      subcode: 2534041,
      message: '(#200) The account owner has disabled access to messages',
    })
  }
}

/**
 * `POST /{id}/messages`: checks in the order recipient, person, reach, tag, window, content, rate; then stores,
 * answers, echoes and lets the phone receive it. Faults of the control API come in where they would in reality.
 */
export async function sendMessage(
  sandbox: Sandbox,
  rate: RateMeter,
  call: GraphCall,
  owner: Account,
): Promise<GraphAnswer> {
  const recipientId = recipientIdOf(call)
  const action = textParam(call, 'sender_action')
  if (action !== null) {
    const addressed = findPerson(sandbox, owner, recipientId)
    checkReach(addressed)
    return performSenderAction(sandbox, call, addressed, action)
  }
  const target = accountsSpokenFor(sandbox, owner).find(
    (account) => account.id === personById(sandbox.state, recipientId)?.accountId,
  )
  const fault = takeFault(sandbox, { scope: 'send', account: target ?? owner, recipientId })
  if (fault && !storesFirst(fault)) return spoiledAnswer(call.host, fault, null)

  const addressed = findPerson(sandbox, owner, recipientId)
  checkReach(addressed)
  const tag = checkTag(sandbox, call)
  checkWindow(sandbox, addressed, tag)
  const content = await readContent(sandbox, call, addressed)
  rate.check(sandbox, `send:${addressed.account.id}`, addressed.account.platform === 'page' ? 300 : 100)

  const good = await accept(sandbox, call, addressed, { ...content, tag }, fault ? fault.kind : 'ok')
  if (!fault) return good
  if (fault.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
  return { ...spoiledAnswer(call.host, fault, good), after: good.after }
}

async function accept(
  sandbox: Sandbox,
  call: GraphCall,
  { account, person, thread }: Addressed,
  content: {
    text: string | null
    attachments: Attachment[]
    metadata: string | null
    replyTo: string | null
    tag: string | null
  },
  answered: string,
): Promise<GraphAnswer> {
  const { state } = sandbox
  const message = pageWrites(sandbox, thread, { ...content, appId: state.app.id })
  state.sends.push({
    n: (state.sends.at(-1)?.n ?? 0) + 1,
    at: message.at,
    accountId: account.id,
    host: call.host,
    recipientId: person.id,
    threadId: thread.id,
    mid: message.mid,
    text: content.text,
    attachments: content.attachments,
    metadata: content.metadata,
    tag: content.tag,
    replyTo: content.replyTo,
    answer: answered,
  })
  const arrive = (): void => arriveOnPhone(sandbox, thread, message)
  const answer: GraphAnswer = ok({ recipient_id: person.id, message_id: message.mid })
  switch (state.switches.echo) {
    case 'before': {
      const echoed = emitEcho(sandbox, thread, message)
      await Promise.race([echoed, new Promise((resolve) => setTimeout(resolve, ECHO_BEFORE_MS).unref())])
      arrive()
      return answer
    }
    case 'never':
      return { ...answer, after: arrive }
    case 'twice':
    case 'after':
      return {
        ...answer,
        after() {
          void emitEcho(sandbox, thread, message)
          if (state.switches.echo === 'twice') void emitEcho(sandbox, thread, message)
          arrive()
        },
      }
  }
}
