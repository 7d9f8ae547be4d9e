import { hashPassword } from '../server/auth/password.ts'
import { cookieName, startSession } from '../server/auth/sessions.ts'
import type { Ctx } from '../server/ctx.ts'
import { insertUser } from '../server/team/create-user.ts'
import { seedSystemPositions } from '../server/team/system-positions.ts'

/**
 * The people every test knows. Ines and Tomás are the agents who are handed chats, in this order; all have the same
 * password, hashed cheaply.
 */
const members = {
  admin: { name: 'Maren Solheim', email: 'maren@cast.example', role: 'admin', position: 'admin' },
  supervisor: {
    name: 'Ruth Okafor',
    email: 'ruth@cast.example',
    role: 'agent',
    position: 'supervisor',
    canReceiveNewChats: false,
  },
  ines: {
    name: 'Ines Duarte',
    email: 'ines@cast.example',
    contactNumber: '+351912345678',
    empId: 'E-17',
    role: 'agent',
    position: 'agent-messaging',
  },
  tomas: { name: 'Tomás Lindqvist', email: 'tomas@cast.example', role: 'agent', position: 'agent-messaging' },
  away: {
    name: 'Ada Away',
    email: 'ada@cast.example',
    role: 'agent',
    position: 'agent-messaging',
    canReceiveNewChats: false,
  },
  noPosition: { name: 'Nils Neu', email: 'nils@cast.example', role: 'agent', position: null },
  inactive: {
    name: 'Ida Gone',
    email: 'ida@cast.example',
    role: 'agent',
    position: 'agent-messaging',
    isActive: false,
  },
} as const

export const castPassword = 'correct horse battery staple'
export const cheapCost = { memoryCost: 64, timeCost: 1, parallelism: 1 } as const

export interface CastMember {
  id: string
  name: string
  email: string
  password: string
}

export type Cast = Record<keyof typeof members, CastMember>

/** Makes the cast in a migrated database. */
export async function castUsers(ctx: Ctx): Promise<Cast> {
  await seedSystemPositions(ctx.db)
  const passwordHash = await hashPassword(castPassword, cheapCost)
  // Long before any test's clock, a second apart: the order of the rotation.
  const made = Date.UTC(2026, 0, 1)
  const entries: [string, CastMember][] = []
  for (const [i, [key, member]] of Object.entries(members).entries()) {
    const user = { isActive: true, canReceiveNewChats: true, ...member, passwordHash }
    const id = await ctx.db.transaction((tx) => insertUser(tx, user, made + i * 1000))
    entries.push([key, { id, name: member.name, email: member.email, password: castPassword }])
  }
  return Object.fromEntries(entries) as Cast
}

/** The `cookie` header of somebody with a fresh session, without the cost of signing in. */
export async function cookieFor(ctx: Ctx, userId: string): Promise<string> {
  const visitor = { ip: '127.0.0.1', userAgent: 'test' }
  const token = await ctx.db.transaction((tx) => startSession(tx, { userId, visitor, now: ctx.clock.now() }))
  return `${cookieName(ctx.config)}=${token}`
}
