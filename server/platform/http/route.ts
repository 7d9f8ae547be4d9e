import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Permission } from '../../../shared/permissions.ts'
import type { Ctx } from '../../ctx.ts'

/** Who is asking, with what they may do at this moment. */
export interface Actor {
  userId: string
  name: string
  role: 'admin' | 'agent'
  positionId: string | null
  permissions: ReadonlySet<Permission>
  sessionId: string
  /** A program that acts for this person by a token of theirs. */
  apiTokenId?: string
}

/** Who may call a route: anyone, anyone signed in as a person, or holders of one of these codes. */
export type Access = 'public' | 'signed-in' | readonly [Permission, ...Permission[]]

type Out<S> = S extends z.ZodType ? z.output<S> : undefined

export interface RouteInput<A extends Access, P, Q, B> {
  params: Out<P>
  query: Out<Q>
  body: Out<B>
  actor: A extends 'public' ? Actor | null : Actor
  request: FastifyRequest
  reply: FastifyReply
}

export interface Route<
  M extends 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  Path extends string = string,
  A extends Access = Access,
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  R extends z.ZodType | undefined = z.ZodType | undefined,
> {
  method: M
  /** Below /api/v1. */
  path: Path
  permission: A
  /** One line for the API document. */
  summary: string
  params?: P
  query?: Q
  body?: B
  /** Left out: 204 with no body. */
  response?: R
  /** A file instead of JSON: its content type. `response` is `textFile` then. */
  fileType?: string
  /** Success status; 200, or 204 without a response. */
  status?: number
  handler(ctx: Ctx, input: RouteInput<A, P, Q, B>): Promise<R extends z.ZodType ? z.input<R> : void>
}

/** What a route with a `fileType` gives: the file's text, part by part. */
export const textFile = z.custom<AsyncIterable<string>>().meta({ type: 'string' })

/** Declares a route. Everything the server, the document, the typed client and the tests need is in this one value. */
export function route<
  const M extends 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  const Path extends string,
  const A extends Access,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(declared: Route<M, Path, A, P, Q, B, R>): Route<M, Path, A, P, Q, B, R> {
  return declared
}

/** Any route, for whoever walks the table. */
// biome-ignore lint/suspicious/noExplicitAny: the handler's input is contravariant; no narrower type holds all routes.
export type AnyRoute = Route<any, string, any, any, any, any, any>

export function allows(access: Access, actor: Actor | null): boolean {
  if (access === 'public') return true
  if (!actor) return false
  // A program does what its codes say, and nothing with the account it acts for.
  if (access === 'signed-in') return actor.apiTokenId === undefined
  return access.some((code) => actor.permissions.has(code))
}
