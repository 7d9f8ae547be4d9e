import type { Page } from '../../shared/common.ts'
import type { User } from '../../shared/user.ts'
import type { Ctx } from '../ctx.ts'
import { listUsers } from './queries.ts'
import { userView } from './view.ts'

interface UsersWanted {
  assignable: boolean
  /** Part of the name. */
  q?: string | undefined
  /** The id of the last person of the page before. */
  cursor?: string | undefined
  limit: number
}

/** One page of people, newest first. A cursor of somebody who is gone starts from the beginning. */
export async function usersPage(ctx: Ctx, { assignable, q, cursor, limit }: UsersWanted): Promise<Page<User>> {
  const part = q?.toLocaleLowerCase() ?? ''
  const all = await listUsers(ctx.db.q, { assignable })
  const matching = all.filter((row) => row.name.toLocaleLowerCase().includes(part))
  const start = cursor ? matching.findIndex((row) => row.id === cursor) + 1 : 0
  const items = matching.slice(start, start + limit)
  const more = start + limit < matching.length
  return { items: items.map(userView), next: more ? (items.at(-1)?.id ?? null) : null }
}
