import * as z from 'zod'
import { channelFor } from '../channels/channel-for.ts'
import { connectChannel } from '../channels/connect-channel.ts'
import { clearAnswered } from '../chats/clear-answered.ts'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { sandboxUrl } from '../platform/sandbox-url.ts'

/** What is read of the sandbox's own state. */
const state = z.object({
  accounts: z.array(
    z.object({
      platform: z.enum(['page', 'instagram']),
      id: z.string(),
      name: z.string(),
      username: z.string().nullable(),
      token: z.string(),
    }),
  ),
})

/**
 * Connects the sandbox's channels, again when they have new tokens, and the first time has its history delivered to our
 * webhook. Call it when the server listens.
 * @throws AppError `sandbox_unreachable`
 */
export async function openSandbox(ctx: Ctx): Promise<void> {
  const url = sandboxUrl(ctx.config)
  const owner = await firstAdmin(ctx)
  if (!url || !owner) return
  const { accounts } = state.parse(await ask(`${url}/_sandbox/api/state`))
  for (const account of accounts) await connect(ctx, owner, account)
  if (await hasChats(ctx)) return
  await ask(`${url}/_sandbox/api/deliver-history`, {})
  await ctx.db.transaction((tx) => clearAnswered(tx, ctx.clock.now()))
}

async function connect(ctx: Ctx, userId: string, account: z.infer<typeof state>['accounts'][number]): Promise<void> {
  const { id: pageId, token, name, username } = account
  const place =
    account.platform === 'page'
      ? ({ platform: 'FACEBOOK', flavour: 'facebook', name } as const)
      : ({ platform: 'INSTAGRAM', flavour: 'instagram', name: username ?? name } as const)
  const known = await channelFor(ctx, place.platform, pageId)
  if (known?.token === token && known.tokenState === 'valid') return
  await connectChannel(ctx, { ...place, pageId, token, userId, verify: false })
}

async function firstAdmin(ctx: Ctx): Promise<string | null> {
  const admins = ctx.db.q.selectFrom('users').select('id').where('role', '=', 'admin').where('is_active', '=', 1)
  return (await admins.orderBy('created_at').orderBy('id').limit(1).executeTakeFirst())?.id ?? null
}

const hasChats = async (ctx: Ctx) =>
  (await ctx.db.q.selectFrom('chats').select('id').limit(1).executeTakeFirst()) !== undefined

const patience = 90_000

async function ask(url: string, body?: object): Promise<unknown> {
  const sending = body
    ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    : {}
  try {
    const answer = await fetch(url, { ...sending, signal: AbortSignal.timeout(patience) })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    return await answer.json()
  } catch (error) {
    throw new AppError(
      'sandbox_unreachable',
      502,
      `The sandbox did not do its part at ${url}: ${(error as Error).message}`,
    )
  }
}
