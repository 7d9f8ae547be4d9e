import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { routes } from '../server/api.ts'
import type { AnyRoute } from '../server/platform/http/route.ts'
import { bootTestApp, connectTestChannels, type TestApp } from './boot.ts'
import { type Cast, castUsers, cookieFor } from './cast.ts'
import { delivery, instagramMessage, pageMessage } from './meta-payloads.ts'

/**
 * Every route is asked what it almost understands: requests made from its own schemas with one or two places put wrong.
 * `FUZZ=200` asks more of each, `FUZZ_SEED` something else; a failure names the request.
 */
const perRoute = Number(process.env.FUZZ ?? 30)
const seed = Number(process.env.FUZZ_SEED ?? 20261122)

let app: TestApp
let cast: Cast
let known: string[]

beforeAll(async () => {
  app = await bootTestApp()
  await connectTestChannels(app)
  cast = await castUsers(app.ctx)
  await app.deliver(delivery('page', pageMessage({ mid: 'm1', text: 'hello', at: Date.now() })))
  await app.deliver(delivery('instagram', instagramMessage({ mid: 'm2', text: 'hello', at: Date.now() })))
  await app.deliver(delivery('page', null))
  const { q } = app.ctx.db
  const tables = [
    'chats',
    'facebook_messages',
    'positions',
    'facebook_webhook_events',
    'webhook_parked_events',
  ] as const
  const ids = await Promise.all(tables.map((table) => q.selectFrom(table).select('id').limit(2).execute()))
  known = [...ids.flat().map((row) => row.id), cast.ines.id, cast.inactive.id]
})
afterAll(() => app.close())

/** Mulberry32: the same requests in every run. */
function dice(start: number) {
  let state = start
  const roll = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return { roll, pick: <T>(values: readonly T[]): T => values[Math.floor(roll() * values.length)] as T }
}
type Dice = ReturnType<typeof dice>

const hostile: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '0',
  'null',
  'x'.repeat(70_000),
  'nul\u0000',
  '\ud800',
  '👩‍👩‍👧',
  "' or 1=1 --",
  '%',
  '../..',
  '\r\nset-cookie: a=b',
  'a@b',
  '2026-13-45T99:99:99Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01',
  'MjAyNi0xMS0yMiAwOTowMDowMC4wMDB8eA',
  [],
  {},
  [[[[[[[[]]]]]]]],
  Array(2000).fill('x'),
  { toString: 1, constructor: { prototype: 1 } },
]

type Schema = Record<string, unknown>

/** Something a schema would take, roughly. */
function sample(schema: Schema, d: Dice): unknown {
  const options = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (options) return sample(d.pick(options), d)
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return d.pick(schema.enum)
  switch (schema.type) {
    case 'object': {
      const required = (schema.required ?? []) as string[]
      const entries = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
      const kept = entries.filter(([key]) => required.includes(key) || d.roll() < 0.5)
      return Object.fromEntries(kept.map(([key, inner]) => [key, sample(inner, d)]))
    }
    case 'array':
      return d.roll() < 0.3 ? [] : [sample((schema.items ?? {}) as Schema, d)]
    case 'integer':
    case 'number':
      return Number(schema.minimum ?? 1)
    case 'boolean':
      return d.roll() < 0.5
    case 'string':
      return schema.format === 'date-time'
        ? '2026-11-22T09:00:00.000Z'
        : schema.format === 'email'
          ? `p${Math.floor(d.roll() * 1e6)}@fuzz.example`
          : d.pick([...known, 'some words', cast.ines.email, 'M2026'])
    default:
      return d.pick(hostile)
  }
}

/** The value with one place put wrong, or with a place more. */
function spoil(value: unknown, d: Dice): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || d.roll() < 0.05) return d.pick(hostile)
  const keys = Object.keys(value)
  const key = keys.length === 0 || d.roll() < 0.15 ? d.pick(['__proto__', 'constructor', 'id', 'role']) : d.pick(keys)
  if (d.roll() < 0.1) return Object.fromEntries(Object.entries(value).filter(([k]) => k !== key))
  return Object.fromEntries([...Object.entries(value), [key, spoil((value as Schema)[key], d)]])
}

const maybe = (value: unknown, d: Dice) => (d.roll() < 0.65 ? spoil(value, d) : value)
const schemaOf = (type: z.ZodType) => z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const escaped = (value: unknown) => encodeURIComponent(asText(value).toWellFormed().slice(0, 3000))

function queryOf(route: AnyRoute, d: Dice): string {
  if (!route.query) return d.roll() < 0.1 ? '?limit=1&limit=x' : ''
  const asked = maybe(sample(schemaOf(route.query), d), d)
  const pairs = Object.entries(typeof asked === 'object' && asked !== null ? asked : { q: asked })
  const twice = d.roll() < 0.1 ? pairs : []
  return `?${[...pairs, ...twice].map(([key, value]) => `${escaped(key)}=${escaped(value)}`).join('&')}`
}

function bodyOf(route: AnyRoute, d: Dice): string | undefined {
  if (!route.body) return d.roll() < 0.1 ? '{"a":1}' : undefined
  if (d.roll() < 0.08)
    return d.pick(['{', '[', '"x"', '{"a":', '\ufeff{}', '{"__proto__":{"a":1}}', '[['.repeat(9000), ''])
  return JSON.stringify(maybe(sample(schemaOf(route.body), d), d))
}

const pathOf = (route: AnyRoute, d: Dice) =>
  route.path.replace(/:\w+/g, () => {
    if (d.roll() < 0.5) return d.pick(known)
    return d.pick([
      '%00',
      '%ff',
      '%',
      '..%2f',
      'x'.repeat(500),
      '0',
      '00000000-0000-7000-8000-000000000000',
      'ÀÉ',
      '1;2',
      '%E2%80%AE',
    ])
  })

function requestOf(route: AnyRoute, d: Dice) {
  const payload = bodyOf(route, d)
  const type =
    d.roll() < 0.05
      ? d.pick(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=x'])
      : 'application/json'
  return {
    method: route.method as 'GET',
    url: `/api/v1${pathOf(route, d)}${queryOf(route, d)}`,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': type }),
      ...(d.roll() < 0.7 ? { 'idempotency-key': d.pick([crypto.randomUUID(), known[0] ?? '', 'x', '']) } : {}),
    },
    ...(payload === undefined ? {} : { payload }),
  }
}

const errorForm = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[a-z_]+$/),
    message: z.string().min(1),
    details: z.unknown().optional(),
  }),
})
const tooMuch = /node_modules|\bat \w+ \(|select .* from|sqlite|mysql|\/server\//i

describe('INP-6: what a route does not understand', () => {
  it.each(routes.map((route, i) => [`${route.method} ${route.path}`, route as AnyRoute, i] as const))(
    '%s never answers 5xx, and refuses in the one form',
    async (_name, route, i) => {
      const d = dice(seed + i * 7919)
      for (let n = 0; n < perRoute; n++) {
        const request = requestOf(route, d)
        // A session of its own: the one before may just have ended itself.
        const cookie = route.permission === 'public' ? '' : await cookieFor(app.ctx, cast.admin.id)
        const answer = await app.http.inject({ ...request, headers: { ...request.headers, cookie } })
        const told = `${JSON.stringify(request).slice(0, 1500)} -> ${answer.statusCode} ${answer.body.slice(0, 500)}`
        expect(answer.statusCode, told).toBeLessThan(500)
        if (answer.statusCode < 400) continue
        expect(errorForm.safeParse(answer.json()).success, told).toBe(true)
        expect(tooMuch.test(answer.body), told).toBe(false)
      }
      // The test's channels have no token that could be opened.
      expect(app.errors.splice(0).filter((line) => !line.includes('token cannot be opened'))).toEqual([])
    },
    120_000,
  )
})
