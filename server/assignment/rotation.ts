import { setAssignee } from '../chats/set-assignee.ts'
import type { Db } from '../data/tables.ts'
import { insertAll, insertNew, locked } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { newId } from '../platform/ids.ts'
import { type EligibleAgent, eligibleAgents } from './eligibility.ts'

const cursorName = 'default'

export interface Handed {
  chatId: string
  /** Null when nobody was eligible: the chat waits. */
  userId: string | null
}

/**
 * Takes the rotation's lock until the commit. Whoever changes who is eligible takes it too, so that nobody is handed a
 * chat after they stepped out (ASG-3).
 */
export async function lockRotation(tx: Tx): Promise<{ lastUserId: string | null }> {
  const select = () =>
    locked(
      tx,
      tx.q.selectFrom('assignment_cursors').select('last_user_id').where('name', '=', cursorName),
    ).executeTakeFirst()
  const row = await select()
  if (row) return { lastUserId: row.last_user_id }
  await insertNew(tx, 'assignment_cursors', [{ name: cursorName, last_user_id: null, updated_at: dbTime(Date.now()) }])
  return { lastUserId: (await select())?.last_user_id ?? null }
}

/**
 * Round robin: hands the chats, in the order given, to the eligible agents after the one who was last, and moves the
 * cursor in the same transaction. Writes the reasons; the caller writes `assigned_to` of the rows it holds locked.
 */
export async function handOut(
  tx: Tx,
  {
    chatIds,
    reason,
    at,
    newChats,
    from,
  }: {
    chatIds: readonly string[]
    reason: 'rotation' | 'rotation_waiting' | 'handed_over'
    at: number
    newChats?: ReadonlySet<string>
    /** Who had them until now, and who took them away. */
    from?: { userId: string; byUserId: string | null }
  },
): Promise<Handed[]> {
  if (chatIds.length === 0) return []
  const { lastUserId } = await lockRotation(tx)
  const agents = await eligibleAgents(tx.q)
  const created = dbTime(at)
  const start = agents.length > 0 ? await placeAfter(tx.q, agents, lastUserId) : 0
  const handed = chatIds.map((chatId, i) => ({ chatId, userId: agents[(start + i) % agents.length]?.id ?? null }))
  const last = handed.at(-1)?.userId
  if (last) {
    await tx.q
      .updateTable('assignment_cursors')
      .set({ last_user_id: last, updated_at: created })
      .where('name', '=', cursorName)
      .execute()
  }
  await insertAll(
    tx,
    'chat_assignments',
    // That nobody could take it is said once, when the chat opens, not with every message it waits through.
    handed
      .filter(({ chatId, userId }) => userId || from || newChats?.has(chatId))
      .map(({ chatId, userId }) => ({
        id: newId(),
        chat_id: chatId,
        reason: userId ? reason : 'no_one_eligible',
        from_user_id: from?.userId ?? null,
        to_user_id: userId,
        by_user_id: from?.byUserId ?? null,
        eligible: agents.length,
        note: null,
        created_at: created,
      })),
  )
  return handed
}

/** The place in the rotation after `lastUserId`, also when that person has left it. */
async function placeAfter(q: Db, agents: readonly EligibleAgent[], lastUserId: string | null): Promise<number> {
  if (!lastUserId) return 0
  const last = await q.selectFrom('users').select(['id', 'created_at']).where('id', '=', lastUserId).executeTakeFirst()
  if (!last) return 0
  const next = agents.findIndex(
    (a) => a.created_at > last.created_at || (a.created_at === last.created_at && a.id > last.id),
  )
  return next === -1 ? 0 : next
}

/** Whom the rotation would hand the next chat, of those who are eligible in its order. */
export async function whoseTurn<A extends EligibleAgent>(q: Db, agents: readonly A[]): Promise<A | null> {
  const cursor = await q
    .selectFrom('assignment_cursors')
    .select('last_user_id')
    .where('name', '=', cursorName)
    .executeTakeFirst()
  return agents[await placeAfter(q, agents, cursor?.last_user_id ?? null)] ?? null
}

const drainStep = 200

/**
 * Hands out chats that a customer waits in, oldest first, after somebody became eligible.
 * @returns how many found an agent
 */
export async function handOutWaiting(tx: Tx, { at }: { at: number }): Promise<number> {
  await lockRotation(tx)
  if ((await eligibleAgents(tx.q)).length === 0) return 0
  let count = 0
  for (;;) {
    const waiting = await locked(
      tx,
      tx.q
        .selectFrom('chats')
        .select('id')
        .where('assigned_to', 'is', null)
        .where('waiting_since', 'is not', null)
        .where(
          'facebook_page_id',
          'not in',
          tx.q.selectFrom('facebook_pages').select('page_id').where('is_active', '=', 0),
        )
        .orderBy('waiting_since')
        .orderBy('id')
        .limit(drainStep),
    ).execute()
    if (waiting.length === 0) return count
    const handed = await handOut(tx, { chatIds: waiting.map((c) => c.id), reason: 'rotation_waiting', at })
    for (const { chatId, userId } of handed) {
      await setAssignee(tx, { chatId, from: null, to: userId, at })
    }
    count += handed.length
    if (waiting.length < drainStep) return count
  }
}
