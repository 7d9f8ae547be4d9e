import { useQueryClient } from '@tanstack/react-query'
import { Bell, CornerDownLeft, Keyboard, LogOut, UserRound, UserRoundCog, Users } from 'lucide-react'
import type { RefObject } from 'react'
import { useNavigate } from 'react-router'
import { call } from '../api.ts'
import { useAvailability } from '../auth/availability.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { Menu, MenuHeading, MenuItem, MenuSeparator } from '../ui/menu.tsx'
import { sayFailure } from '../ui/toast.tsx'
import { setPreferences, usePreferences } from './preferences.ts'
import { teamScreensOf } from './team-screens.ts'
import { themes } from './theme-menu.tsx'

interface Props {
  anchor: RefObject<HTMLElement | null>
  open: boolean
  side: 'right' | 'above'
  onClose: () => void
  onShortcuts: () => void
}

/** One's own menu. On a phone it is also where availability and theme are. */
export function OwnMenu({ anchor, open, side, onClose, onShortcuts }: Props) {
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const preferences = usePreferences()
  const availability = useAvailability()
  const phone = side === 'above'

  const signOut = async () => {
    try {
      await call('DELETE /session', {})
    } catch {
      return sayFailure(text.own.signOutFailed)
    }
    await navigate('/sign-in', { replace: true })
    client.clear()
  }

  return (
    <Menu anchor={anchor} open={open} onClose={onClose} side={side} align="end" label={text.rail.you} className="w-64">
      <div className="px-2 pt-1.5 pb-1">
        <div className="truncate font-medium">
          <bdi>{me.name}</bdi>
        </div>
        <div className="truncate text-text-muted text-xs">{me.email ?? me.contactNumber ?? me.empId}</div>
        <div className="text-text-faint text-xs">{me.positionName}</div>
      </div>
      <MenuSeparator />
      <MenuItem icon={UserRoundCog} onSelect={() => void navigate('/account')}>
        {text.rail.account}
      </MenuItem>
      {phone && teamScreensOf(me).length > 0 && (
        <MenuItem icon={Users} onSelect={() => void navigate('/team')}>
          {text.rail.team}
        </MenuItem>
      )}
      {phone && (
        <>
          <MenuItem
            icon={UserRound}
            checked={me.canReceiveNewChats}
            keepOpen
            onSelect={() => availability.mutate(!me.canReceiveNewChats)}
          >
            {text.own.available}
          </MenuItem>
          <MenuHeading>{text.rail.theme}</MenuHeading>
          {themes.map(([name, icon]) => (
            <MenuItem
              key={name}
              icon={icon}
              radio
              keepOpen
              checked={preferences.theme === name}
              onSelect={() => setPreferences({ theme: name })}
            >
              {text.theme[name]}
            </MenuItem>
          ))}
          <MenuSeparator />
        </>
      )}
      {!phone && (
        <MenuItem
          icon={CornerDownLeft}
          checked={preferences.enterSends}
          keepOpen
          onSelect={() => setPreferences({ enterSends: !preferences.enterSends })}
        >
          {text.own.enterSends}
        </MenuItem>
      )}
      <MenuItem
        icon={Bell}
        checked={preferences.sound}
        keepOpen
        onSelect={() => setPreferences({ sound: !preferences.sound })}
      >
        {text.own.sound}
      </MenuItem>
      {!phone && (
        <>
          <MenuItem
            icon={Keyboard}
            checked={preferences.shortcuts}
            keepOpen
            onSelect={() => setPreferences({ shortcuts: !preferences.shortcuts })}
          >
            {text.own.shortcuts}
          </MenuItem>
          <MenuItem keys="?" icon={Keyboard} onSelect={onShortcuts}>
            {text.own.allShortcuts}
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuItem icon={LogOut} onSelect={() => void signOut()}>
        {text.own.signOut}
      </MenuItem>
    </Menu>
  )
}
