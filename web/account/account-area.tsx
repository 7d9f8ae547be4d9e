import { KeyRound, MonitorSmartphone, Palette, Terminal, UserRound } from 'lucide-react'
import { Navigate, useMatch } from 'react-router'
import { Area } from '../app/area.tsx'
import { accountText as words } from './text.ts'

const screens = [
  ['profile', UserRound],
  ['sign-in', KeyRound],
  ['devices', MonitorSmartphone],
  ['appearance', Palette],
  ['tokens', Terminal],
] as const

export default function AccountArea() {
  const at = useMatch('/account/:screen')
  if (!at) return <Navigate to={`/account/${screens[0][0]}`} replace />
  const links = screens.map(([screen, icon]) => ({ to: `/account/${screen}`, label: words.screens[screen], icon }))
  return <Area title={words.title} links={links} />
}
