import type { Permission } from '../../shared/permissions.ts'
import type { Me } from '../../shared/user.ts'
import { may } from '../auth/session.ts'

export type TeamScreen = 'people' | 'positions' | 'history' | 'audit'

/** The screens below /team and who has a use for each; the server decides again. */
const screens: [TeamScreen, [Permission, ...Permission[]]][] = [
  ['people', ['chat:assign', 'user:manage', 'user:invite', 'position:assign']],
  ['positions', ['position:manage', 'position:assign', 'user:invite', 'user:manage']],
  ['history', ['audit:view']],
  ['audit', ['audit:view']],
]

export const teamScreensOf = (me: Me): TeamScreen[] =>
  screens.filter(([, codes]) => may(me, ...codes)).map(([screen]) => screen)
