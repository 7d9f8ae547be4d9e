import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, Ellipsis, Link2, MailOpen, PanelRight, Reply, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Chat } from '../../shared/chat.ts'
import { useMedia } from '../app/media.ts'
import { AssignmentControl } from '../assignment/assignment-control.tsx'
import { useMe } from '../auth/session.ts'
import { draftsOf, useDraft } from '../messages/drafts.ts'
import { text } from '../text.ts'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx'
import { say, sayFailure } from '../ui/toast.tsx'
import type { Address } from './address.ts'
import { countsQuery } from './chat-queries.ts'
import { canMarkRead, useMarkRead } from './mark-read.ts'
import { WindowWords } from './window-line.tsx'

interface Props {
  chat: Chat
  address: Address
  assigning: boolean
  setAssigning: (open: boolean) => void
  detailsShown: boolean
  setDetailsShown: (shown: boolean) => void
  onMarkReadAndGoOn: () => void
}

export function ChatHeader({
  chat,
  address,
  assigning,
  setAssigning,
  detailsShown,
  setDetailsShown,
  onMarkReadAndGoOn,
}: Props) {
  const phone = useMedia('(max-width: 767px)')
  const { data: counts } = useQuery(countsQuery)
  const Name = phone ? 'h1' : 'h2'
  const userName = chat.contact.username && chat.contact.username !== chat.username ? `@${chat.contact.username}` : null
  return (
    <header
      className={
        phone
          ? 'flex h-[calc(56px+env(safe-area-inset-top))] shrink-0 items-center gap-1 border-border border-b pt-[env(safe-area-inset-top)]'
          : 'flex h-(--size-bar) shrink-0 items-center gap-2 border-border border-b pr-3 pl-5'
      }
    >
      {phone && (
        <button
          type="button"
          aria-label={text.thread.back}
          onClick={() => address.go({ chatId: null })}
          className="flex h-11 shrink-0 items-center pr-1 pl-3 text-text-muted"
        >
          <ChevronLeft className="icon size-5" aria-hidden="true" />
          {!!counts?.unreadMine && (
            <span className="text-sm">{counts.unreadMine > 99 ? '99+' : counts.unreadMine}</span>
          )}
        </button>
      )}
      <Avatar id={chat.contact.id} name={chat.username} size={28} platform={chat.platform} />
      <div className="ml-1 min-w-0 flex-1">
        <div className="flex h-5 min-w-0 flex-wrap items-baseline gap-x-1.5 overflow-hidden">
          <Name className="max-w-full truncate font-semibold text-base" title={chat.username}>
            <bdi>{chat.username}</bdi>
          </Name>
          {userName && !phone && <span className="text-text-faint text-xs leading-5">{userName}</span>}
        </div>
        {phone && (
          <div className="flex items-center gap-1.5 text-text-muted text-xs">
            <WindowWords chat={chat} short />
          </div>
        )}
      </div>
      <AssignmentControl chat={chat} open={assigning} setOpen={setAssigning} compact={phone} />
      {!phone && <IconButton icon={MailOpen} label={text.thread.markReadNext} keys="E" onClick={onMarkReadAndGoOn} />}
      <MoreMenu
        chat={chat}
        phone={phone}
        onMarkReadAndGoOn={onMarkReadAndGoOn}
        onDetails={() => setDetailsShown(true)}
      />
      {!phone && (
        <IconButton
          icon={PanelRight}
          label={text.thread.details}
          keys="D"
          pressed={detailsShown}
          onClick={() => setDetailsShown(!detailsShown)}
        />
      )}
    </header>
  )
}

interface MoreProps {
  chat: Chat
  phone: boolean
  onMarkReadAndGoOn: () => void
  onDetails: () => void
}

function MoreMenu({ chat, phone, onMarkReadAndGoOn, onDetails }: MoreProps) {
  const me = useMe()
  const markRead = useMarkRead()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const draft = useDraft(me.id, chat.id)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(new URL(`/chats/${chat.id}`, location.href).href)
      say(text.thread.linkCopied)
    } catch {
      sayFailure(text.thread.linkNotCopied)
    }
  }
  return (
    <>
      <IconButton
        ref={button}
        icon={Ellipsis}
        touch={phone}
        label={text.more}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      />
      <Menu anchor={button} open={open} onClose={() => setOpen(false)} align="end" label={text.more}>
        <MenuItem
          icon={MailOpen}
          disabled={chat.unreadCount === 0 || !canMarkRead(me, chat)}
          onSelect={() => markRead.mutate(chat.id)}
        >
          {text.thread.markRead}
        </MenuItem>
        <MenuItem icon={Reply} keys={phone ? undefined : 'E'} onSelect={onMarkReadAndGoOn}>
          {text.thread.markReadNext}
        </MenuItem>
        {phone && (
          <MenuItem icon={PanelRight} onSelect={onDetails}>
            {text.thread.details}
          </MenuItem>
        )}
        <MenuItem icon={Link2} onSelect={() => void copy()}>
          {text.thread.copyLink}
        </MenuItem>
        {draft.trim() && (
          <>
            <MenuSeparator />
            <MenuItem icon={Trash2} danger onSelect={() => draftsOf(me.id).write(chat.id, '')}>
              {text.thread.deleteDraft}
            </MenuItem>
          </>
        )}
      </Menu>
    </>
  )
}
