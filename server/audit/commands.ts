import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { verifyChain } from './chain.ts'

export const auditVerifyUsage =
  'audit:verify [<head>]              walk the audit log’s chain; with the head of an earlier run, that it is still in it'

const words = {
  missing: 'is missing',
  altered: 'was altered, or what stood before it',
  cut_off: 'and what came after it were cut off the end',
} as const

/**
 * `audit:verify`: walks the chain of the audit log.
 * @returns the line to print, with the head to keep elsewhere
 * @throws AppError `audit_chain_broken` with the first place that is wrong
 */
export async function auditVerify(ctx: Ctx, args: string[]): Promise<string> {
  const state = await verifyChain(ctx.db.q)
  if (!state.sound) {
    throw new AppError('audit_chain_broken', 500, `The audit log is broken: event ${state.seq} ${words[state.fault]}.`)
  }
  const [head] = args
  if (head !== undefined && !(await isInChain(ctx, head))) {
    throw new AppError('audit_chain_broken', 500, `The audit log was made anew: ${head} is not in it.`)
  }
  return `The audit log is whole: ${state.events} events. Head: ${state.head}`
}

async function isInChain({ db }: Ctx, hash: string): Promise<boolean> {
  const row = await db.q.selectFrom('audit_events').select('seq').where('hash', '=', hash).executeTakeFirst()
  return row !== undefined
}
