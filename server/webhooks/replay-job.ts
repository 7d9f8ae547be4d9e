import * as z from 'zod'
import type { Ctx } from '../ctx.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { replayUnknownAccount } from './replay.ts'

const kind = 'replay_account'
const payload = z.object({ accountId: z.string() })

/** What came for an account before it was connected is applied afterwards, by a job (ING-13). */
export const enqueueReplayOf = (ctx: Ctx, tx: Tx, { accountId }: { accountId: string }) =>
  ctx.jobs.enqueue(tx, { kind, payload: { accountId }, dedupeKey: `${kind}:${accountId}` })

export function registerReplayJob(ctx: Ctx): void {
  ctx.jobs.register(kind, async (job) => {
    await replayUnknownAccount(ctx, payload.parse(job.payload))
  })
}
