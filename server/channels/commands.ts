import { parseArgs } from 'node:util'
import { normalEmail } from '../auth/login-names.ts'
import type { Ctx } from '../ctx.ts'
import { AppError } from '../platform/errors.ts'
import { findUserIdByEmail } from '../team/queries.ts'
import { connectChannel } from './connect-channel.ts'

export const channelAddUsage =
  'channel:add --platform facebook|instagram --id <id> --name <name> --user <email> [--login facebook|instagram] [--no-verify]   (token on standard input)'

/**
 * `channel:add`: connects a page or account with the token given on standard input.
 * @returns the line to print
 * @throws AppError with what is wrong, also for wrong arguments
 */
export async function channelAdd(ctx: Ctx, { args, input }: { args: string[]; input: string }): Promise<string> {
  const { platform, id, name, user, login, ...rest } = parseArgs({
    args,
    options: {
      platform: { type: 'string' },
      id: { type: 'string' },
      name: { type: 'string' },
      user: { type: 'string' },
      login: { type: 'string' },
      'no-verify': { type: 'boolean', default: false },
    },
  }).values
  if (!platform || !id || !name || !user) throw new AppError('usage', 400, `Usage: ${channelAddUsage}`)
  if (platform !== 'facebook' && platform !== 'instagram') {
    throw new AppError('usage', 400, '--platform must be facebook or instagram')
  }
  if (login !== undefined && login !== 'facebook' && login !== 'instagram') {
    throw new AppError('usage', 400, '--login must be facebook or instagram')
  }
  const userId = await findUserIdByEmail(ctx.db.q, normalEmail(user))
  if (!userId) throw new AppError('unknown_user', 404, `Nobody here has the e-mail ${user}.`)
  const { isNew } = await connectChannel(ctx, {
    platform: platform === 'facebook' ? 'FACEBOOK' : 'INSTAGRAM',
    pageId: id,
    name,
    flavour: login,
    token: input.trim(),
    userId,
    verify: !rest['no-verify'],
  })
  return isNew ? `Connected ${name} (${id}).` : `${name} (${id}) was connected already; it has the new token now.`
}
