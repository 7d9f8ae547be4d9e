import type { Page } from '../../shared/common.ts'
import type { User } from '../../shared/user.ts'
import type { Ctx } from '../ctx.ts'
import { cutPage } from '../platform/cut-page.ts'
import { listUsers } from './queries.ts'
import { userView } from './view.ts'

interface UsersWanted {
  assignable: boolean
  /** Part of the name. */
  q?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** One page of people, newest first. */
export async function usersPage(ctx: Ctx, { assignable, q, ...page }: UsersWanted): Promise<Page<User>> {
  const part = q?.toLocaleLowerCase() ?? ''
  const people = await listUsers(ctx.db.q, { assignable })
  return cutPage(people.filter((row) => row.name.toLocaleLowerCase().includes(part)).map(userView), page)
}
