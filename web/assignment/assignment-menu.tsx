import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Check, CircleDashed, Search, UserRoundPlus } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useDeferredValue, useState } from 'react'
import type { Chat } from '../../shared/chat.ts'
import type { Person } from '../../shared/common.ts'
import { useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { PersonMark } from '../ui/avatar.tsx'
import { Dot } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import { Popover } from '../ui/popover.tsx'
import { useAssign } from './assign.ts'
import { assignableQuery } from './assignment-queries.ts'

const words = text.assign

interface Props {
  chat: Chat
  anchor: RefObject<HTMLElement | null>
  onClose: () => void
}

interface Choice {
  id: string
  to: Person | null
  content: ReactNode
  divided?: boolean
}

/** Who may be given the chat, found by typing; arrows and Enter choose without leaving the field. */
export default function AssignmentMenu({ chat, anchor, onClose }: Props) {
  const [typed, setTyped] = useState('')
  const [marked, setMarked] = useState(0)
  const { data: users, error, refetch } = useQuery(assignableQuery(useDeferredValue(typed.trim())))
  const assign = useAssign()
  const choices = useChoices(chat, users, typed)
  const at = Math.min(marked, choices.length - 1)

  const choose = (choice: Choice | undefined) => {
    if (!choice) return
    onClose()
    if (choice.to?.id !== chat.assignedTo) assign.mutate({ chat, to: choice.to })
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setMarked((at + step + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(choices[at])
    else return
    event.preventDefault()
  }

  return (
    <Popover
      open
      anchor={anchor}
      align="end"
      onClose={onClose}
      label={words.search}
      className="flex max-h-[min(420px,80dvh)] w-72 flex-col"
    >
      <div className="flex h-9 shrink-0 items-center gap-2 border-border border-b px-3">
        <Icon of={Search} className="text-text-faint" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls="assign-to"
          aria-activedescendant={choices[at] ? `assign-${choices[at].id}` : undefined}
          aria-label={words.search}
          placeholder={words.search}
          value={typed}
          maxLength={100}
          onChange={(event) => {
            setTyped(event.target.value)
            setMarked(0)
          }}
          onKeyDown={press}
          className="min-w-0 flex-1 bg-transparent outline-none"
        />
      </div>
      <div
        id="assign-to"
        role="listbox"
        aria-label={words.search}
        className="thin-scroll min-h-0 flex-1 overflow-y-auto p-1"
      >
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the marked one.
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field chooses.
          <div
            key={choice.id}
            id={`assign-${choice.id}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setMarked(index)}
            onClick={() => choose(choice)}
            className={clsx(
              'flex h-8 items-center gap-2.5 rounded-sm px-2 max-md:h-11',
              index === at && 'bg-surface-selected',
              choice.divided &&
                'relative mt-2.25 before:absolute before:-inset-x-1 before:-top-1.25 before:h-px before:bg-border',
            )}
          >
            {choice.content}
          </div>
        ))}
      </div>
      {error ? (
        <p className="border-border border-t px-3 py-2 text-xs">
          {words.loadFailed}{' '}
          <button type="button" className="link" onClick={() => void refetch()}>
            {text.retry}
          </button>
        </p>
      ) : (
        users?.length === 0 && (
          <p className="border-border border-t px-3 py-2 text-text-muted text-xs">
            {typed.trim() ? words.nobody : words.nobodyYet}
          </p>
        )
      )}
    </Popover>
  )
}

function useChoices(
  chat: Chat,
  users: { id: string; name: string; canReceiveNewChats: boolean }[] | undefined,
  typed: string,
): Choice[] {
  const me = useMe()
  const people = (users ?? []).map((user): Choice => {
    const away = !user.canReceiveNewChats
    return {
      id: user.id,
      to: { id: user.id, name: user.name },
      content: (
        <>
          <span aria-hidden="true" className="contents">
            <PersonMark name={user.name} />
          </span>
          <span className={clsx('min-w-0 flex-1 truncate', away && 'text-text-muted')}>
            <bdi>{user.name}</bdi> {user.id === me.id && words.you}
          </span>
          {away ? (
            <span className="shrink-0 text-text-faint text-xs">{words.away}</span>
          ) : (
            chat.assignedTo !== user.id && <Dot look="live" />
          )}
          {chat.assignedTo === user.id && <Icon of={Check} className="text-text-muted" />}
        </>
      ),
    }
  })
  if (typed.trim()) return people
  const more: Choice[] = []
  const plain = (id: string, to: Person | null, icon: typeof Search, label: string) =>
    more.push({
      id,
      to,
      divided: more.length === 0 && people.length > 0,
      content: (
        <>
          <Icon of={icon} className="mx-0.5 text-text-muted" />
          {label}
        </>
      ),
    })
  if (chat.assignedTo !== me.id && !people.some((choice) => choice.to?.id === me.id))
    plain('me', { id: me.id, name: me.name }, UserRoundPlus, words.take)
  if (chat.assignedTo !== null) plain('nobody', null, CircleDashed, words.unassign)
  return [...people, ...more]
}
