import type { Permission } from '../../shared/permissions.ts'
import type { Me } from '../../shared/user.ts'
import { may } from '../auth/session.ts'

export type TeamScreen = 'positions' | 'audit'

/** The screens below /team and who has a use for each; the server decides again. */
const screens: [TeamScreen, [Permission, ...Permission[]]][] = [
  ['positions', ['position:manage', 'position:assign', 'user:invite', 'user:manage']],
  ['audit', ['audit:view']],
]

export const teamScreensOf = (me: Me): TeamScreen[] =>
  screens.filter(([, codes]) => may(me, ...codes)).map(([screen]) => screen)
