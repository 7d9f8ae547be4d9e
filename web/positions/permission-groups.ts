import type { Permission } from '../../shared/permissions.ts'
import type { positionText } from './text.ts'

/** How the permissions stand on the screen; each code is in exactly one group. */
export const permissionGroups: { group: keyof typeof positionText.groups; codes: Permission[] }[] = [
  {
    group: 'chats',
    codes: ['chat:view:assigned', 'chat:view:team', 'chat:view:all', 'chat:claim', 'chat:message', 'chat:assign'],
  },
  { group: 'content', codes: ['template:use', 'template:manage', 'comment:moderate'] },
  { group: 'figures', codes: ['stats:view', 'insight:view', 'conversion:send'] },
  { group: 'people', codes: ['user:invite', 'user:manage', 'position:assign', 'position:manage', 'audit:view'] },
  { group: 'system', codes: ['integration:manage', 'developer:view'] },
]
