import type { Sandbox } from '../context.ts'
import { subscribeWebhook } from '../webhooks/handshake.ts'
import { accountById, findMessage, personById, threadById } from '../world/lookup.ts'
import { type Account, MESSAGING_FIELDS, type Thread } from '../world/model.ts'
import { authenticate } from './auth.ts'
import { type GraphAnswer, type GraphCall, ok, textParam } from './call.ts'
import { badParameter, unknownObject, unknownPath } from './errors.ts'
import { spoiledAnswer, takeFault } from './faults.ts'
import { uploadAttachment } from './message-content.ts'
import { debugToken, listPages, listSubscriptions, readAccount, readPerson } from './nodes.ts'
import type { RateMeter } from './rate.ts'
import { listMessages, listThreads, readMessage, readThread } from './read-threads.ts'
import { accountsSpokenFor, sendMessage } from './send-message.ts'

/** Meta reads conversations only so often per page or account. */
const CONVERSATION_READS_PER_SECOND = 2

/** Answers one Graph call, or throws a GraphError. */
export async function dispatch(sandbox: Sandbox, rate: RateMeter, call: GraphCall): Promise<GraphAnswer> {
  const caller = authenticate(sandbox, call)
  const isSend = call.method === 'POST' && call.segments[1] === 'messages'
  if (!isSend || call.params.sender_action !== undefined) {
    const account = caller.kind === 'account' ? caller.account : null
    const fault = takeFault(sandbox, { scope: 'other', account, recipientId: null })
    if (fault && fault.kind !== 'slow') return spoiledAnswer(call.host, fault, null)
    if (fault) await new Promise((resolve) => setTimeout(resolve, fault.ms))
  }
  const [first, second] = call.segments
  if (first === undefined) throw unknownPath('')
  if (call.segments.length > 2) throw unknownPath(call.segments.slice(2).join('/'))
  if (first === 'debug_token') return ok(debugToken(sandbox, call))
  if (caller.kind === 'app') return appCall(sandbox, call, first, second)
  if (first === 'me' && caller.kind === 'user') {
    if (second === 'accounts') return ok(listPages(sandbox, call))
    if (second === undefined) return ok({ id: '7777', name: 'Nora of the sandbox' })
    throw unknownPath(second)
  }
  if (caller.kind === 'user') return ok(readAccount(sandbox, call, pageOfUser(sandbox, call, first)))
  return accountCall(sandbox, rate, call, caller.account, first, second)
}

async function appCall(
  sandbox: Sandbox,
  call: GraphCall,
  first: string,
  second: string | undefined,
): Promise<GraphAnswer> {
  if (first === sandbox.state.app.id && second === 'subscriptions' && call.method === 'POST') {
    const url = textParam(call, 'callback_url')
    if (url && !URL.canParse(url)) throw badParameter('Param callback_url must be a valid URL')
    const shake = await subscribeWebhook(sandbox, { url, verifyToken: textParam(call, 'verify_token') })
    if (shake.ok) return ok({ success: true })
    throw badParameter(`The URL couldn't be validated. ${shake.detail}`, 2200)
  }
  if (first === sandbox.state.app.id && second === undefined) return ok({ id: first, name: sandbox.state.app.name })
  throw unknownObject(first, call.method)
}

function pageOfUser(sandbox: Sandbox, call: GraphCall, id: string): Account {
  const account = accountById(sandbox.state, id)
  if (!account || call.segments.length > 1) throw unknownObject(id, call.method)
  return account
}

async function accountCall(
  sandbox: Sandbox,
  rate: RateMeter,
  call: GraphCall,
  owner: Account,
  first: string,
  second: string | undefined,
): Promise<GraphAnswer> {
  const spoken = accountsSpokenFor(sandbox, owner)
  const account =
    first === 'me' || first === owner.appScopedId ? owner : spoken.find((candidate) => candidate.id === first)
  if (account) return onAccount(sandbox, rate, call, account, second)
  const mine = (thread: Thread): boolean => spoken.some((candidate) => candidate.id === thread.accountId)
  if (call.method !== 'GET') throw unknownObject(first, call.method)

  const person = personById(sandbox.state, first)
  if (person && second === undefined && spoken.some((candidate) => candidate.id === person.accountId)) {
    return ok(readPerson(sandbox, call, person))
  }
  const thread = threadById(sandbox.state, first)
  if (thread && mine(thread)) {
    rate.check(sandbox, `read:${thread.accountId}`, CONVERSATION_READS_PER_SECOND)
    if (second === undefined) return ok(readThread(sandbox, call, thread))
    if (second === 'messages') return ok(listMessages(sandbox, call, thread))
    throw unknownPath(second)
  }
  const found = second === undefined ? findMessage(sandbox.state, first) : undefined
  if (found && mine(found.thread)) return ok(readMessage(sandbox, call, found.thread, found.message))
  throw unknownObject(first, call.method)
}

async function onAccount(
  sandbox: Sandbox,
  rate: RateMeter,
  call: GraphCall,
  account: Account,
  edge: string | undefined,
): Promise<GraphAnswer> {
  switch (`${call.method} ${edge ?? ''}`) {
    case 'GET ':
      return ok(readAccount(sandbox, call, account))
    case 'POST messages':
      return sendMessage(sandbox, rate, call, account)
    case 'POST message_attachments':
      return ok({ attachment_id: await uploadAttachment(sandbox, call) })
    case 'GET conversations':
      rate.check(sandbox, `read:${account.id}`, CONVERSATION_READS_PER_SECOND)
      return ok(listThreads(sandbox, call, conversationsAccount(sandbox, call, account)))
    case 'GET subscribed_apps':
      return ok(listSubscriptions(sandbox, account))
    case 'POST subscribed_apps':
      return ok(subscribe(sandbox, call, account))
    case 'DELETE subscribed_apps':
      account.subscribedFields = []
      sandbox.changed()
      return ok({ success: true })
    default:
      throw edge === undefined ? unknownObject(account.id, call.method) : unknownPath(edge)
  }
}

/** `platform=instagram` on a page means the Instagram account linked to it. */
function conversationsAccount(sandbox: Sandbox, call: GraphCall, account: Account): Account {
  const platform = textParam(call, 'platform')
  if (account.platform === 'instagram' || platform === null || platform === 'messenger') return account
  if (platform !== 'instagram') throw badParameter('Param platform must be one of {INSTAGRAM, MESSENGER}')
  const linked = account.linkedId ? accountById(sandbox.state, account.linkedId) : undefined
  if (!linked) throw badParameter('The page is not linked to an Instagram account', 2534013)
  return linked
}

function subscribe(sandbox: Sandbox, call: GraphCall, account: Account): { success: boolean } {
  const given = call.params.subscribed_fields
  const fields = (Array.isArray(given) ? given.map(String) : String(given ?? '').split(',')).map((field) =>
    field.trim(),
  )
  const wanted = fields.filter(Boolean)
  if (wanted.length === 0) throw badParameter('Param subscribed_fields is required')
  const odd = wanted.find((field) => !/^[a-z_]+$/.test(field))
  if (odd) throw badParameter(`Param subscribed_fields must be one of {messages, ...}: ${odd}`)
  account.subscribedFields = wanted
  // Any subscribed field of a page also turns on the linked account, whose fields are chosen for the whole app.
  const linked =
    account.platform === 'page' && account.linkedId ? accountById(sandbox.state, account.linkedId) : undefined
  if (linked && linked.subscribedFields.length === 0) linked.subscribedFields = MESSAGING_FIELDS.instagram
  sandbox.changed()
  return { success: true }
}
