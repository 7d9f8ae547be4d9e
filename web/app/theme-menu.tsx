import { Monitor, Moon, Sun } from 'lucide-react'
import type { RefObject } from 'react'
import { text } from '../text.ts'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { setPreferences, usePreferences } from './preferences.ts'

export const themes = [
  ['system', Monitor],
  ['light', Sun],
  ['dark', Moon],
] as const

interface Props {
  anchor: RefObject<HTMLElement | null>
  open: boolean
  onClose: () => void
}

export function ThemeMenu({ anchor, open, onClose }: Props) {
  const { theme } = usePreferences()
  return (
    <Menu
      anchor={anchor}
      open={open}
      onClose={onClose}
      side="right"
      align="end"
      label={text.rail.theme}
      className="min-w-44"
    >
      {themes.map(([name, icon]) => (
        <MenuItem
          key={name}
          icon={icon}
          radio
          checked={theme === name}
          onSelect={() => setPreferences({ theme: name })}
        >
          {text.theme[name]}
        </MenuItem>
      ))}
    </Menu>
  )
}
