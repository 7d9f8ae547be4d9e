/** Every permission code with the words people see. Server, client and docs read this one table. */
export const permissions = {
  'chat:view:assigned': ['See own chats', 'Chats assigned to oneself.'],
  'chat:view:team': ['See the team’s chats', 'Also chats of people with the same position, and unassigned ones.'],
  'chat:view:all': ['See every chat', 'All chats of all pages and accounts.'],
  'chat:claim': ['Take a chat', 'Take an unassigned chat one can see.'],
  'chat:message': ['Answer', 'Send messages in a chat one can see.'],
  'chat:assign': ['Hand out chats', 'Assign, reassign and unassign chats one can see.'],
  'template:use': ['Use templates', 'Send message templates.'],
  'template:manage': ['Manage templates', 'Create, edit and submit templates to Meta.'],
  'comment:moderate': ['Moderate comments', 'See, answer, hide and delete comments and mentions.'],
  'insight:view': ['See insights', 'Account, media and story figures.'],
  'conversion:send': ['Send conversions', 'See and send conversion events.'],
  'integration:manage': ['Manage channels', 'Connect, activate, deactivate and disconnect pages and accounts.'],
  'position:manage': ['Edit positions', 'Create, change and delete positions.'],
  'position:assign': ['Give positions', 'Give positions to people.'],
  'user:invite': ['Invite people', 'Create users.'],
  'user:manage': ['Manage people', 'Activate, deactivate, reset passwords and set the availability of others.'],
  'stats:view': ['See reports', 'Reports on the team’s work.'],
  'audit:view': ['See the audit log', 'Audit log and status history.'],
  'developer:view': ['See the machine room', 'Webhook ledger, raw payloads, replay and schema history.'],
} as const satisfies Record<string, readonly [label: string, description: string]>

export type Permission = keyof typeof permissions

export const permissionCodes = Object.keys(permissions) as Permission[]

/**
 * The codes in a position's `permissions_json`.
 * Anything that is not a list of known codes grants nothing (AZ-4): a broken value must never widen access.
 */
export function parsePermissions(json: string | null): Permission[] {
  let value: unknown
  try {
    value = JSON.parse(json ?? '')
  } catch {
    return []
  }
  if (!Array.isArray(value)) return []
  return permissionCodes.filter((code) => value.includes(code))
}

/** Positions every installation starts with. An admin's later edits to them are kept. */
export const systemPositions: { slug: string; name: string; description: string; permissions: Permission[] }[] = [
  { slug: 'super-admin', name: 'Super Admin', description: 'Everything.', permissions: permissionCodes },
  { slug: 'admin', name: 'Admin', description: 'Everything.', permissions: permissionCodes },
  {
    slug: 'supervisor',
    name: 'Supervisor',
    description: 'Sees the whole queue, moves work and coaches.',
    permissions: [
      'chat:view:assigned',
      'chat:view:team',
      'chat:view:all',
      'chat:claim',
      'chat:message',
      'chat:assign',
      'template:use',
      'comment:moderate',
      'stats:view',
      'insight:view',
    ],
  },
  {
    slug: 'agent-messaging',
    name: 'Agent (Messaging)',
    description: 'Answers the chats assigned to them.',
    permissions: ['chat:view:assigned', 'chat:claim', 'chat:message', 'template:use'],
  },
]
