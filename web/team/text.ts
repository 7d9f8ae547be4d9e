import type { TeamScreen } from '../app/team-screens.ts'

/** The words of the team's screens. */
export const teamText = {
  title: 'Team',
  screens: { positions: 'Positions', audit: 'Audit log' } satisfies Record<TeamScreen, string>,
}
