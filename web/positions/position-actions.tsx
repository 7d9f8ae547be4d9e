import { useQueryClient } from '@tanstack/react-query'
import { Copy, Ellipsis, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { PositionDetail } from '../../shared/position.ts'
import { call } from '../api.ts'
import { attempt } from '../app/refusal.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { IconButton } from '../ui/button.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { say, sayFailure } from '../ui/toast.tsx'
import { positionText as words } from './text.ts'

/** Copying and deleting. What keeps a position from being deleted is said, not hidden. */
export function PositionActions({ position }: { position: PositionDetail }) {
  const [menu, setMenu] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()

  const copy = async () => {
    const failed = await attempt(async () => {
      const { answer } = await call('POST /positions/:id/copy', { id: position.id, body: {} })
      await client.invalidateQueries({ queryKey: ['positions', 'all'] })
      say(words.copied(answer.name))
      await navigate(`/team/positions/${answer.id}`)
    }, words.refused)
    if (failed) sayFailure(failed)
  }
  const remove = () =>
    attempt(async () => {
      await call('DELETE /positions/:id', { id: position.id })
      await navigate('/team/positions', { replace: true })
      client.removeQueries({ queryKey: ['positions', 'one', position.id] })
      await client.invalidateQueries({ queryKey: ['positions', 'all'] })
      say(words.deleted(position.name))
    }, words.refused)

  const kept = position.isSystem
    ? words.refused.system_position
    : position.id === me.positionId
      ? words.isOwn
      : position.holders > 0
        ? words.inUse(position.holders)
        : undefined
  return (
    <>
      <IconButton
        ref={button}
        icon={Ellipsis}
        label={text.more}
        aria-haspopup="menu"
        aria-expanded={menu}
        onClick={() => setMenu(true)}
      />
      <Menu anchor={button} open={menu} onClose={() => setMenu(false)} align="end" label={text.more} className="w-60">
        <MenuItem icon={Copy} onSelect={() => void copy()}>
          {words.copy}
        </MenuItem>
        <MenuItem icon={Trash2} danger disabled={kept !== undefined} onSelect={() => setDeleting(true)}>
          {words.delete}
        </MenuItem>
        {kept && <p className="px-2 pt-0.5 pb-1.5 text-text-muted text-xs">{kept}</p>}
      </Menu>
      {deleting && (
        <FormDialog
          title={words.deleteTitle(position.name)}
          lead={words.deleteLead}
          submit={words.delete}
          cancel={words.keep}
          danger
          onSubmit={remove}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  )
}
