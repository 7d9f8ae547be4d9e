import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Keyboard, type LucideIcon, Search, UserRound, UserRoundCog, UserRoundPlus, Users } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useState } from 'react'
import { useMatch, useNavigate } from 'react-router'
import type { Chat } from '../../shared/chat.ts'
import { call } from '../api.ts'
import { setPreferences } from '../app/preferences.ts'
import { teamScreensOf } from '../app/team-screens.ts'
import { themes } from '../app/theme-menu.tsx'
import { claimable, useAssign } from '../assignment/assign.ts'
import { useAvailability } from '../auth/availability.ts'
import { useMe } from '../auth/session.ts'
import { viewsOf } from '../chats/address.ts'
import { chatQuery } from '../chats/chat-queries.ts'
import { viewIcons } from '../chats/views-pane.tsx'
import { text } from '../text.ts'
import { Avatar, PlatformMark } from '../ui/avatar.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Kbd } from '../ui/kbd.tsx'

interface Command {
  id: string
  group: string
  label: string
  icon: ReactNode
  end?: ReactNode
  keys?: string
  run: () => void
}

interface Props {
  onClose: () => void
  onShortcuts: () => void
}

/** Everything by name: chats, places, switches. */
export default function Palette({ onClose, onShortcuts }: Props) {
  const [typed, setTyped] = useState('')
  const [marked, setMarked] = useState(0)
  const commands = useCommands(typed, onShortcuts)
  const at = Math.min(marked, commands.length - 1)
  const run = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setMarked((at + step + commands.length) % Math.max(1, commands.length))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(commands[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog
      label={text.palette.label}
      onClose={onClose}
      className="top-[15%] flex max-h-[70dvh] w-[560px] max-w-[calc(100vw-24px)] flex-col"
    >
      <div className="flex h-12 shrink-0 items-center gap-2.5 border-border border-b px-3.5">
        <Icon of={Search} className="text-text-faint" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette"
          aria-activedescendant={commands[at] ? `palette-${commands[at].id}` : undefined}
          aria-label={text.palette.placeholder}
          placeholder={text.palette.placeholder}
          value={typed}
          maxLength={100}
          onChange={(event) => {
            setTyped(event.target.value)
            setMarked(0)
          }}
          onKeyDown={press}
          className="min-w-0 flex-1 bg-transparent text-md outline-none"
        />
        <Kbd>Esc</Kbd>
      </div>
      <div
        id="palette"
        role="listbox"
        aria-label={text.palette.label}
        className="thin-scroll min-h-0 flex-1 overflow-y-auto p-1.5"
      >
        {commands.length === 0 && <p className="px-2.5 py-3 text-text-muted">{text.palette.nothing}</p>}
        {commands.map((command, index) => (
          <div key={command.id} role="presentation">
            {command.group !== commands[index - 1]?.group && (
              <div role="presentation" className="px-2.5 pt-2 pb-1 text-2xs text-text-faint">
                {command.group}
              </div>
            )}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the marked one. */}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field runs it. */}
            <div
              id={`palette-${command.id}`}
              role="option"
              aria-selected={index === at}
              ref={(element) => {
                if (index === at) element?.scrollIntoView({ block: 'nearest' })
              }}
              onPointerMove={() => setMarked(index)}
              onClick={() => run(command)}
              className={clsx('flex h-9 items-center gap-2.5 rounded-sm px-2.5', index === at && 'bg-surface-selected')}
            >
              {command.icon}
              <bdi className="min-w-0 flex-1 truncate">{command.label}</bdi>
              {command.end}
              {command.keys?.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </div>
          </div>
        ))}
      </div>
    </Dialog>
  )
}

const iconOf = (icon: LucideIcon) => <Icon of={icon} className="text-text-muted" />

function useCommands(typed: string, onShortcuts: () => void): Command[] {
  const me = useMe()
  const navigate = useNavigate()
  const assign = useAssign()
  const availability = useAvailability()
  const openId = useMatch('/inbox/:view/:chatId')?.params.chatId ?? ''
  const { data: open } = useQuery({ ...chatQuery(openId), enabled: false })
  const q = useDeferredValue(typed.trim())
  const { data: found } = useQuery({
    queryKey: ['find', q],
    queryFn: async ({ signal }) =>
      (await call('GET /chats', { query: { view: 'all', q, limit: 6 }, signal })).answer.items,
    enabled: q.length > 0,
    staleTime: 10_000,
  })
  const { palette } = text
  const chat = open?.chat
  const commands: Command[] = []
  if (chat && claimable(me, chat)) {
    commands.push({
      id: 'take',
      group: palette.thisChat,
      label: text.assign.takeThis,
      icon: iconOf(UserRoundPlus),
      keys: 'C',
      run: () => assign.mutate({ chat, to: me }),
    })
  }
  for (const view of viewsOf(me)) {
    commands.push({
      id: view,
      group: palette.goTo,
      label: text.views[view],
      icon: iconOf(viewIcons[view]),
      keys: `G ${view[0]?.toUpperCase()}`,
      run: () => void navigate(`/inbox/${view}`),
    })
  }
  if (teamScreensOf(me).length > 0) {
    commands.push({
      id: 'team',
      group: palette.goTo,
      label: text.rail.team,
      icon: iconOf(Users),
      keys: 'G T',
      run: () => void navigate('/team'),
    })
  }
  commands.push({
    id: 'account',
    group: palette.goTo,
    label: text.rail.account,
    icon: iconOf(UserRoundCog),
    run: () => void navigate('/account'),
  })
  commands.push({
    id: 'availability',
    group: palette.settings,
    label: `${text.own.available}: ${me.canReceiveNewChats ? '✓' : '–'}`,
    icon: iconOf(UserRound),
    run: () => availability.mutate(!me.canReceiveNewChats),
  })
  for (const [theme, icon] of themes) {
    commands.push({
      id: `theme-${theme}`,
      group: palette.settings,
      label: palette.themeTo(text.theme[theme]),
      icon: iconOf(icon),
      run: () => setPreferences({ theme }),
    })
  }
  commands.push({
    id: 'shortcuts',
    group: palette.settings,
    label: text.own.allShortcuts,
    icon: iconOf(Keyboard),
    keys: '?',
    run: onShortcuts,
  })

  const needle = typed.trim().toLowerCase()
  const matching = commands.filter((command) => command.label.toLowerCase().includes(needle))
  const chats = (q ? (found ?? []) : []).map(
    (one: Chat): Command => ({
      id: one.id,
      group: palette.chats,
      label: one.username,
      icon: <Avatar id={one.contact.id} name={one.username} size={24} />,
      end: <PlatformMark platform={one.platform} />,
      run: () => void navigate(`/inbox/all/${one.id}`),
    }),
  )
  return [...chats, ...matching]
}
