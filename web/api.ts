import type { FacebookPage, InstagramAccount } from '../shared/channel.ts'
import type { Chat, ChatAssignment, ChatCounts, ChatView } from '../shared/chat.ts'
import type { ErrorBody, Page, Platform } from '../shared/common.ts'
import { seqHeader } from '../shared/events.ts'
import type { Message, NewMessage, ResolutionAction } from '../shared/message.ts'
import type { Me, User } from '../shared/user.ts'

/** What the server answers to the routes this client calls, by method and path. */
interface ApiRoutes {
  'GET /setup': { answer: { needed: boolean } }
  'POST /setup': { body: { token: string; name: string; email: string; password: string }; answer: Me }
  'POST /session': { body: { login: string; password: string }; answer: Me }
  'DELETE /session': { answer: undefined }
  'GET /me': { answer: Me }
  'PATCH /me': { body: { canReceiveNewChats: boolean }; answer: Me }
  'GET /users': { query: { assignable?: 'true' | 'false'; q?: string }; answer: Page<User> }
  'GET /pages': { query: { limit?: number }; answer: Page<FacebookPage> }
  'GET /instagram-accounts': { query: { limit?: number }; answer: Page<InstagramAccount> }
  'GET /chats': { query: ChatListQuery & PageQuery; answer: Page<Chat> }
  'GET /chats/counts': { answer: ChatCounts }
  'GET /chats/:id': { answer: Chat }
  'GET /chats/:id/messages': { query: PageQuery; answer: Page<Message> }
  'POST /chats/:id/messages': { body: NewMessage; answer: Message }
  'POST /chats/:id/messages/:messageId/resolution': { body: { action: ResolutionAction }; answer: Message }
  'POST /chats/:id/read': { body: Record<string, never>; answer: Chat }
  'PUT /chats/:id/assignment': { body: { userId: string | null; note?: string }; answer: Chat }
  'GET /chats/:id/assignments': { query: PageQuery; answer: Page<ChatAssignment> }
  'GET /webhook-ledger': { answer: { lastReceivedAt: string | null } }
}

interface PageQuery {
  cursor?: string
  limit?: number
}

export interface ChatListQuery {
  view: ChatView
  platform?: Platform
  page?: string
  unread?: 'true'
  q?: string
}

type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & PathParams<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : unknown

type Input<Route extends keyof ApiRoutes> = PathParams<Route> &
  Omit<ApiRoutes[Route], 'answer'> & { headers?: Record<string, string>; signal?: AbortSignal }

/** A refusal or a failure on the way. `status` 0 means the server was not reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: unknown

  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

/** Not reached, or answered by something that is not healthy: worth trying again unchanged. */
export const isTemporary = (error: unknown) =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500)

let onSignedOut: () => void = () => {}
/** Called once for every answer that says the session is over. */
export const whenSignedOut = (listener: () => void) => {
  onSignedOut = listener
}

let clockOffset = 0
/** The server's clock: windows and ages must not depend on how wrong this device's clock is. */
export const serverNow = () => Date.now() + clockOffset

/** The address of a route with its parameters filled in. */
export function pathOf(route: string, input: object): string {
  const path = route.slice(route.indexOf(' ') + 1)
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(Reflect.get(input, name))))
  const query = new URLSearchParams()
  const given: unknown = Reflect.get(input, 'query')
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  return `/api/v1${filled}${query.size > 0 ? `?${query}` : ''}`
}

/** Calls a route. Throws `ApiError`; `seq` is the change number a list is at least as new as. */
export async function call<Route extends keyof ApiRoutes>(
  route: Route,
  input: Input<Route>,
): Promise<{ answer: ApiRoutes[Route]['answer']; seq: number }> {
  const body: unknown = Reflect.get(input, 'body')
  const headers: Record<string, string> = { accept: 'application/json', ...input.headers }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(pathOf(route, input), {
      method: route.slice(0, route.indexOf(' ')),
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(input.signal ? { signal: input.signal } : {}),
    })
  } catch (cause) {
    if (input.signal?.aborted) throw cause
    throw new ApiError(0, 'unreachable', 'The server was not reached.')
  }
  noteClock(response)
  if (!response.ok) throw await refusal(response, route)
  const answer: ApiRoutes[Route]['answer'] = response.status === 204 ? undefined : await response.json()
  return { answer, seq: Number(response.headers.get(seqHeader) ?? 0) }
}

async function refusal(response: Response, route: string): Promise<ApiError> {
  const body: ErrorBody | null = await response.json().catch(() => null)
  if (response.status === 401 && route !== 'POST /session') onSignedOut()
  const { code = 'unexpected', message = response.statusText, details } = body?.error ?? {}
  return new ApiError(response.status, code, message, details)
}

function noteClock(response: Response) {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return
  const offset = date - Date.now()
  // The header has whole seconds: below two of them it says nothing.
  clockOffset = Math.abs(offset) > 2_000 ? offset : 0
}
