import type * as z from 'zod'
import type { myself } from '../../shared/account.ts'
import type { Ctx } from '../ctx.ts'
import { getMe } from '../team/get-me.ts'
import { isTotpOn, mustHaveTotp } from './totp.ts'

/** Oneself as signed in here: nothing is allowed while the second step that is demanded is not set up. */
export async function getMyself(ctx: Ctx, userId: string): Promise<z.infer<typeof myself>> {
  const me = await getMe(ctx, userId)
  const mustSetUpTotp = mustHaveTotp(ctx, me.role) && !(await isTotpOn(ctx, userId))
  return { ...me, ...(mustSetUpTotp ? { permissions: [] } : {}), mustSetUpTotp }
}
