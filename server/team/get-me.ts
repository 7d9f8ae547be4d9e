import type { Me } from '../../shared/user.ts'
import type { Ctx } from '../ctx.ts'
import { notFound } from '../platform/errors.ts'
import { findUser } from './queries.ts'
import { meView } from './view.ts'

/** A person as they see themselves. */
export async function getMe(ctx: Ctx, userId: string): Promise<Me> {
  const row = await findUser(ctx.db.q, userId)
  if (!row) throw notFound('user')
  return meView(ctx, row)
}
