import type { Insertable } from 'kysely'
import { placeholderName } from '../../server/chats/chat-sheet.ts'
import type { Ctx } from '../../server/ctx.ts'
import type { Tables } from '../../server/data/tables.ts'
import type { Database } from '../../server/platform/db/open.ts'
import { insertAll } from '../../server/platform/db/rows.ts'
import { dbTime } from '../../server/platform/db/time.ts'
import { newId } from '../../server/platform/ids.ts'
import { connectTestChannels } from '../../test/boot.ts'
import { type Cast, castUsers } from '../../test/cast.ts'
import { accountOf, channelOf, contactOf } from './events.ts'

const week = 7 * 24 * 3600_000

/** People, channels, and customers who have written before: their chats exist and are handed out. */
export async function makeWorld(ctx: Ctx, { customers }: { customers: number }): Promise<Cast> {
  const cast = await castUsers(ctx)
  await connectTestChannels({ ctx })
  const seen = dbTime(Date.now() - week)
  const all = Array.from({ length: customers }, (_, i) => i)
  const of = (channel: 'page' | 'instagram') => all.filter((i) => channelOf(i) === channel).map(contactOf)
  const sighting = { first_seen_at: seen, last_seen_at: seen }
  await ctx.db.transaction(async (tx) => {
    await insertAll(
      tx,
      'facebook_users',
      of('page').map((id) => ({ id, ...sighting })),
    )
    await insertAll(
      tx,
      'instagram_users',
      of('instagram').map((igsid) => ({ igsid, ...sighting })),
    )
    const agents = [cast.ines.id, cast.tomas.id]
    await insertAll(
      tx,
      'chats',
      all.map((i) => chat(i, agents[i % 2] as string, seen)),
    )
  })
  return cast
}

function chat(customer: number, agentId: string, seen: string): Insertable<Tables['chats']> {
  const channel = channelOf(customer)
  const contactId = contactOf(customer)
  return {
    id: newId(),
    platform: channel === 'page' ? 'FACEBOOK' : 'INSTAGRAM',
    facebook_page_id: accountOf(channel),
    facebook_user_id: channel === 'page' ? contactId : null,
    instagram_user_id: channel === 'instagram' ? contactId : null,
    username: placeholderName(channel === 'page' ? 'FACEBOOK' : 'INSTAGRAM', contactId),
    status: 'assigned',
    assigned_to: agentId,
    unread_count: 0,
    last_incoming_at: seen,
    created_at: seen,
    updated_at: seen,
  }
}

export interface Stored {
  messages: number
  deliveries: number
  changes: number
}

/** What the tables hold: every 200 must be found here. */
export async function countStored({ q }: Database): Promise<Stored> {
  const count = async (table: 'facebook_messages' | 'instagram_messages' | 'facebook_webhook_events' | 'changes') =>
    Number(
      (
        await q
          .selectFrom(table)
          .select((eb) => eb.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )
  return {
    messages: (await count('facebook_messages')) + (await count('instagram_messages')),
    deliveries: await count('facebook_webhook_events'),
    changes: await count('changes'),
  }
}
