import { clsx } from 'clsx'
import { ChevronDown } from 'lucide-react'
import { lazy, Suspense, useRef } from 'react'
import type { Chat } from '../../shared/chat.ts'
import { may, useMe } from '../auth/session.ts'
import { firstName } from '../messages/names.ts'
import { text } from '../text.ts'
import { PersonMark } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { claimable, useAssign } from './assign.ts'

const AssignmentMenu = lazy(() => import('./assignment-menu.tsx'))

interface Props {
  chat: Chat
  open: boolean
  setOpen: (open: boolean) => void
  compact: boolean
}

/** Whose chat it is; whoever may move it moves it here. */
export function AssignmentControl({ chat, open, setOpen, compact }: Props) {
  const me = useMe()
  const assign = useAssign()
  const button = useRef<HTMLButtonElement>(null)
  const { assignee } = chat
  const name = assignee ? firstName(assignee.name) : text.list.unassigned

  if (!may(me, 'chat:assign')) {
    if (claimable(me, chat)) {
      return (
        <Button
          size="sm"
          disabled={assign.isPending}
          data-tip={text.assign.takeThis}
          data-keys="C"
          onClick={() => assign.mutate({ chat, to: me })}
        >
          {text.composer.take}
        </Button>
      )
    }
    return (
      <PersonMark name={assignee?.name ?? null} {...(assignee ? { title: text.list.assignedTo(assignee.name) } : {})} />
    )
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={assignee ? text.assign.button(assignee.name) : text.assign.buttonNone}
        data-tip={assignee ? text.list.assignedTo(assignee.name) : text.list.unassigned}
        data-keys="A"
        onClick={() => setOpen(true)}
        className={clsx(
          'inline-flex shrink-0 items-center gap-1.5 rounded-sm font-medium text-xs',
          compact
            ? 'size-11 justify-center'
            : 'h-7 max-w-40 border border-border-strong bg-surface pr-2 pl-1 hover:bg-surface-hover',
        )}
      >
        <span aria-hidden="true" className="contents">
          <PersonMark name={assignee?.name ?? null} />
          {!compact && <span className="truncate">{name}</span>}
        </span>
        {!compact && <Icon of={ChevronDown} size={14} />}
      </button>
      <Suspense fallback={null}>
        {open && <AssignmentMenu anchor={button} chat={chat} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  )
}
