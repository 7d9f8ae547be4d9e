import type { Eligibility, EligibilityQuery, Obstacle } from '../../shared/assignment.ts'
import { parsePermissions } from '../../shared/permissions.ts'
import { getChat } from '../chats/queries.ts'
import type { Viewer } from '../chats/visibility.ts'
import type { Ctx } from '../ctx.ts'
import type { Db } from '../data/tables.ts'
import { cutPage } from '../platform/cut-page.ts'
import { listAssignments } from './queries.ts'
import { whoseTurn } from './rotation.ts'

/**
 * "Why not me": who the rotation would hand this chat at this moment and what stands against the others, in the order
 * of the rotation.
 * @throws AppError 404 when the chat is not visible
 */
export async function explainEligibility(
  ctx: Ctx,
  viewer: Viewer,
  { chatId, q, eligible, ...page }: EligibilityQuery & { chatId: string },
): Promise<Eligibility> {
  const db = ctx.db.q
  await getChat(db, viewer, chatId, ctx.clock.now())
  const people = await everybody(db)
  const free = people.filter((person) => person.obstacles.length === 0)
  const part = q?.toLocaleLowerCase() ?? ''
  const shown = people
    .filter((person) => person.name.toLocaleLowerCase().includes(part))
    .filter((person) => eligible === undefined || (person.obstacles.length === 0) === (eligible === 'true'))
  const turn = await whoseTurn(db, free)
  const decisions = await listAssignments(db, { chatId, limit: 1 })
  const { items, next } = cutPage(shown, page)
  return {
    items: items.map(({ id, name, obstacles }) => ({ id, name, obstacles })),
    next,
    eligible: free.length,
    turn: turn && { id: turn.id, name: turn.name },
    lastDecision: decisions.items[0] ?? null,
  }
}

async function everybody(q: Db) {
  const rows = await q
    .selectFrom('users')
    .select(['id', 'name', 'role', 'is_active', 'can_receive_new_chats', 'position_id', 'created_at'])
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const positions = await q.selectFrom('positions').select(['id', 'permissions_json']).execute()
  const answering = new Set(
    positions.filter((p) => parsePermissions(p.permissions_json).includes('chat:message')).map((p) => p.id),
  )
  return rows.map(({ id, name, created_at, ...row }) => ({
    id,
    name,
    created_at,
    obstacles: obstaclesOf(row, answering),
  }))
}

/** The rule of `eligibleAgents`, taken apart; a test holds the two together. */
function obstaclesOf(
  row: { role: 'admin' | 'agent'; is_active: 0 | 1; can_receive_new_chats: 0 | 1; position_id: string | null },
  answering: ReadonlySet<string>,
): Obstacle[] {
  const obstacles: Obstacle[] = []
  if (row.role !== 'agent') obstacles.push('not_an_agent')
  if (row.is_active !== 1) obstacles.push('inactive')
  if (row.can_receive_new_chats !== 1) obstacles.push('not_available')
  if (row.position_id === null) obstacles.push('no_position')
  else if (!answering.has(row.position_id)) obstacles.push('cannot_answer')
  return obstacles
}
