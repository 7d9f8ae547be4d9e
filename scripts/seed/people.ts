import type { Insertable } from 'kysely'
import type { Tables } from '../../server/data/tables.ts'
import type { Database } from '../../server/platform/db/open.ts'
import { insertNew } from '../../server/platform/db/rows.ts'
import { dbTime } from '../../server/platform/db/time.ts'
import { type Permission, systemPositions } from '../../shared/permissions.ts'
import { idAt, type Random } from './random.ts'
import { personName } from './words.ts'

export interface SeededPeople {
  adminId: string
  /** Agents who see their own chats only, then two teams who see each other's. */
  agents: { id: string; positionId: string }[]
  channels: { platform: 'INSTAGRAM' | 'FACEBOOK'; id: string }[]
}

const teams = ['north', 'south'] as const
const teamPermissions: Permission[] = ['chat:view:team', 'chat:claim', 'chat:message', 'template:use']

/** People, positions and channels. The channels have no token: nothing can be sent through them. */
export async function seedPeople(
  database: Database,
  { random, agents, since, passwordHash }: { random: Random; agents: number; since: number; passwordHash: string },
): Promise<SeededPeople> {
  const time = dbTime(since)
  const positions = [
    ...systemPositions.map((p) => ({ ...p, is_system: 1 as const })),
    ...teams.map((t) => ({
      slug: `seed-team-${t}`,
      name: `Team ${t}`,
      description: 'Seeded',
      permissions: teamPermissions,
      is_system: 0 as const,
    })),
  ]
  const user = (
    i: number,
    role: 'admin' | 'agent',
    email: string,
    positionId: string | null,
  ): Insertable<Tables['users']> & { id: string } => ({
    id: idAt(random, since + i),
    name: personName(random),
    email,
    password_hash: passwordHash,
    role,
    position_id: positionId,
    created_at: dbTime(since + i),
    updated_at: time,
  })
  return database.transaction(async (tx) => {
    await insertNew(
      tx,
      'positions',
      positions.map(({ permissions, ...p }, i) => ({
        ...p,
        id: idAt(random, since + i),
        permissions_json: JSON.stringify(permissions),
        created_at: time,
        updated_at: time,
      })),
    )
    const stored = new Map(
      (await tx.q.selectFrom('positions').select(['id', 'slug']).execute()).map((p) => [p.slug, p.id]),
    )
    const position = (slug: string) => stored.get(slug) ?? ''
    const admin = user(0, 'admin', 'seed-admin@ticklegram.example', null)
    const supervisor = user(1, 'agent', 'seed-supervisor@ticklegram.example', position('supervisor'))
    const slugs = ['agent-messaging', 'seed-team-north', 'seed-team-south']
    const answering = Array.from({ length: agents }, (_, i) => {
      const slug = slugs[Math.max(0, Math.floor((i / agents) * 4) - 1)] ?? 'agent-messaging'
      return user(2 + i, 'agent', `seed-agent-${i + 1}@ticklegram.example`, position(slug))
    })
    const all = [admin, supervisor, ...answering]
    await insertNew(tx, 'users', all)
    // People of an earlier seeding stay who they are.
    const rows = await tx.q
      .selectFrom('users')
      .select(['id', 'email', 'position_id'])
      .where(
        'email',
        'in',
        all.map((u) => u.email ?? ''),
      )
      .execute()
    const idOf = (email: string | null | undefined) => rows.find((r) => r.email === email)?.id ?? ''
    const channels = await seedChannels(tx, { random, since, userId: idOf(admin.email) })
    return {
      adminId: idOf(admin.email),
      agents: answering.map((a) => ({ id: idOf(a.email), positionId: a.position_id ?? '' })),
      channels,
    }
  })
}

type Tx = Parameters<Parameters<Database['transaction']>[0]>[0]

async function seedChannels(
  tx: Tx,
  { random, since, userId }: { random: Random; since: number; userId: string },
): Promise<SeededPeople['channels']> {
  const common = (i: number) => ({
    id: idAt(random, since + i),
    user_id: userId,
    access_token: '',
    token_state: 'invalid' as const,
    connected_at: dbTime(since),
  })
  const pages = [
    ['104455500000001', 'Nordlys Interiors'],
    ['104455500000002', 'Nordlys Outlet'],
  ] as const
  const accounts = [
    ['17841400000000001', 'nordlys.interiors'],
    ['17841400000000002', 'nordlys.kids'],
  ] as const
  await insertNew(
    tx,
    'facebook_pages',
    pages.map(([id, name], i) => ({ ...common(i), page_id: id, page_name: name, updated_at: dbTime(since) })),
  )
  const known = await tx.q.selectFrom('instagram_accounts').select('page_id').execute()
  await insertNew(
    tx,
    'instagram_accounts',
    accounts
      .filter(([id]) => !known.some((k) => k.page_id === id))
      .map(([id, name], i) => ({ ...common(9 + i), page_id: id, username: name })),
  )
  return [
    ...accounts.map(([id]) => ({ platform: 'INSTAGRAM' as const, id })),
    ...pages.map(([id]) => ({ platform: 'FACEBOOK' as const, id })),
  ]
}
