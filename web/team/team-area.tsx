import { History, ScrollText, ShieldCheck, Users } from 'lucide-react'
import { Navigate, useMatch } from 'react-router'
import { Area } from '../app/area.tsx'
import { NotFound } from '../app/crash.tsx'
import { type TeamScreen, teamScreensOf } from '../app/team-screens.ts'
import { useMe } from '../auth/session.ts'
import { teamText as words } from './text.ts'

const icons: Record<TeamScreen, typeof ScrollText> = {
  people: Users,
  positions: ShieldCheck,
  history: History,
  audit: ScrollText,
}

/** People, positions and what was done with them. */
export default function TeamArea() {
  const screens = teamScreensOf(useMe())
  const at = useMatch('/team/:screen/*')?.params.screen
  if (!at && screens[0]) return <Navigate to={`/team/${screens[0]}`} replace />
  if (!screens.some((screen) => screen === at)) return <NotFound />
  const links = screens.map((screen) => ({
    to: `/team/${screen}`,
    label: words.screens[screen],
    icon: icons[screen],
  }))
  return <Area title={words.title} links={links} />
}
