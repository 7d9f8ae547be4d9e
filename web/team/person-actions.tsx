import { useState } from 'react'
import type { DirectoryUser } from '../../shared/team.ts'
import { may, useMe } from '../auth/session.ts'
import { Button } from '../ui/button.tsx'
import { PanelSection } from '../ui/side-panel.tsx'
import { ChangeRole, EndSessions, GivePosition, InviteAgain, ResetPassword, SwitchActive } from './person-dialogs.tsx'
import { teamText } from './text.ts'

const words = teamText.person

const dialogs = {
  position: GivePosition,
  role: ChangeRole,
  password: ResetPassword,
  invite: InviteAgain,
  sessions: EndSessions,
  active: SwitchActive,
} as const
type Action = keyof typeof dialogs

interface Props {
  person: DirectoryUser
  mayManage: boolean
}

/** What one may do with somebody else; what one may not is not there. */
export function PersonActions({ person, mayManage }: Props) {
  const me = useMe()
  const [open, setOpen] = useState<Action | null>(null)
  const invited = person.profile?.isInvited ?? false
  const mayTouch = person.role !== 'admin' || me.role === 'admin'
  const actions: [Action, string, boolean][] = [
    ['position', words.givePosition, mayTouch && may(me, 'position:assign')],
    ['role', words.changeRole, me.role === 'admin'],
    ['invite', words.invite, invited && mayTouch && person.isActive && may(me, 'user:invite')],
    ['password', words.resetPassword, mayManage],
    ['sessions', words.endSessions, mayManage && person.isActive],
    ['active', person.isActive ? words.deactivate : words.activate, mayManage],
  ]
  const given = actions.filter(([, , allowed]) => allowed)
  if (given.length === 0) return null
  const Dialog = open && dialogs[open]
  return (
    <PanelSection title={words.actions}>
      <div className="flex flex-wrap gap-2">
        {given.map(([action, label]) => (
          <Button key={action} size="sm" className="max-md:h-11" onClick={() => setOpen(action)}>
            {label}
          </Button>
        ))}
      </div>
      {Dialog && <Dialog person={person} onClose={() => setOpen(null)} />}
    </PanelSection>
  )
}
