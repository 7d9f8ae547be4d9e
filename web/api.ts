import type * as z from 'zod'
import type { routes } from '../server/api.ts'
import type { ChatView } from '../shared/chat.ts'
import type { ErrorBody, Platform } from '../shared/common.ts'
import { seqHeader } from '../shared/events.ts'

type Declared = (typeof routes)[number]

/** The server's routes by method and path, as it declares them. */
type ByName = { [R in Declared as `${R['method']} ${R['path']}`]: R }
type RouteName = keyof ByName

type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined
type Answer<Name extends RouteName> = ByName[Name] extends { response?: infer Schema }
  ? Exclude<Schema, undefined> extends z.ZodType
    ? z.output<Exclude<Schema, undefined>>
    : undefined
  : undefined

type Part<Name extends RouteName, Key extends 'query' | 'body'> = ByName[Name] extends { [K in Key]?: infer Schema }
  ? Given<Exclude<Schema, undefined>>
  : undefined

type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [K in Name]: string } & PathParams<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [K in Name]: string }
    : unknown

type Input<Name extends RouteName> = PathParams<Name> &
  (Part<Name, 'query'> extends undefined ? unknown : { query?: Part<Name, 'query'> }) &
  (Part<Name, 'body'> extends undefined ? unknown : { body: Part<Name, 'body'> }) & {
    headers?: Record<string, string>
    signal?: AbortSignal
  }

export interface ChatListQuery {
  view: ChatView
  platform?: Platform
  page?: string
  unread?: 'true'
  q?: string
}

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
export async function call<Name extends RouteName>(
  route: Name,
  input: Input<Name>,
): Promise<{ answer: Answer<Name>; seq: number }> {
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
  const answer: Answer<Name> = response.status === 204 ? undefined : await response.json()
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
