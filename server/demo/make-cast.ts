import { randomInt } from 'node:crypto'
import { hashPassword } from '../auth/password.ts'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { insertUser } from '../team/create-user.ts'

/** Someone to sign in as while everything is pretend. The password exists here and nowhere else. */
export interface DemoPerson {
  name: string
  login: string
  password: string
  does: string
}

/** Names below `.example` can never belong to anybody. */
const cast = [
  { name: 'Ines Duarte', email: 'ines@nordlys.example', role: 'agent', position: 'agent-messaging', does: 'Agent' },
  {
    name: 'Tomás Lindqvist',
    email: 'tomas@nordlys.example',
    role: 'agent',
    position: 'agent-messaging',
    does: 'Agent',
  },
  { name: 'Ruth Okafor', email: 'ruth@nordlys.example', role: 'agent', position: 'supervisor', does: 'Supervisor' },
  { name: 'Maren Solheim', email: 'maren@nordlys.example', role: 'admin', position: 'admin', does: 'Admin' },
] as const

/**
 * Makes two agents, a supervisor and an admin with generated passwords: only beside the sandbox, and only in a database
 * that has no people yet. The supervisor looks on and is not handed chats. The set-up link stays open.
 * @returns the people with their passwords, to be shown once; null when there is nothing to make
 */
export async function makeCast(ctx: Ctx): Promise<DemoPerson[] | null> {
  if (!ctx.config.sandbox || (await hasPeople(ctx))) return null
  const people = await Promise.all(cast.map(withPassword))
  try {
    await ctx.db.transaction(async (tx) => {
      // One after the other, a millisecond apart: the rotation goes by the time people were made.
      for (const [i, { email, name, role, position, passwordHash }] of people.entries()) {
        const canReceiveNewChats = position === 'agent-messaging'
        const user = { email, name, role, position, passwordHash, isActive: true, canReceiveNewChats }
        await insertUser(tx, user, ctx.clock.now() + i)
      }
    })
  } catch (error) {
    // Another process starting at the same moment was first.
    if (error instanceof AppError && error.code === 'user_exists') return null
    throw error
  }
  return people.map(({ name, email, password, does }) => ({ name, login: email, password, does }))
}

const hasPeople = async (ctx: Ctx) =>
  (await ctx.db.q.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined

async function withPassword(member: (typeof cast)[number]) {
  const password = newPassword()
  return { ...member, password, passwordHash: await hashPassword(password) }
}

/** 31 letters and digits that are not taken for each other; 15 of them are 74 bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
const newPassword = () => [group(), group(), group()].join('-')
