import { clsx } from 'clsx'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Chat } from '../../shared/chat.ts'
import { useNow } from '../app/now.ts'
import { Why } from '../assignment/why.tsx'
import { useMe } from '../auth/session.ts'
import { age, date, fullDate, moment } from '../dates.ts'
import { text } from '../text.ts'
import { Avatar, PlatformMark } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { useWindow, WindowWords } from './window-line.tsx'

const words = text.details

export function Details({ chat, onClose, className }: { chat: Chat; onClose: () => void; className?: string }) {
  return (
    <aside aria-label={words.title} className={clsx('flex min-h-0 flex-col bg-surface', className)}>
      <div className="flex h-(--size-bar) shrink-0 items-center border-border border-b pr-3 pl-4">
        <h2 className="flex-1 font-medium">{words.title}</h2>
        <IconButton icon={X} label={words.close} keys="D" onClick={onClose} />
      </div>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        <ContactSection chat={chat} />
        <WindowSection chat={chat} />
        <AssignmentSection chat={chat} />
      </div>
    </aside>
  )
}

export function Section({ title, end, children }: { title?: string; end?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-border border-b px-4 py-3 last:border-b-0">
      {title && (
        <h3 className="mb-1.5 flex h-5 items-center justify-between font-medium text-text-muted text-xs">
          <bdi className="truncate">{title}</bdi>
          {end}
        </h3>
      )}
      {children}
    </section>
  )
}

function ContactSection({ chat }: { chat: Chat }) {
  const { contact } = chat
  const now = useNow(15_000)
  return (
    <Section>
      <div className="mb-2.5 flex items-center gap-3">
        <Avatar id={contact.id} name={chat.username} size={44} platform={chat.platform} />
        <div className="min-w-0 flex-1">
          <div className="break-words font-semibold text-base">
            <bdi>{chat.username}</bdi>
          </div>
          {contact.username && <div className="truncate text-text-muted text-xs">@{contact.username}</div>}
        </div>
      </div>
      <dl className="grid grid-cols-[84px_1fr] gap-x-2 gap-y-1 text-xs leading-[18px] [&_dt]:text-text-faint">
        <dt>{words.writesTo}</dt>
        <dd className="min-w-0 break-words">
          <bdi>{chat.pageName ?? chat.facebookPageId}</bdi>
          {!chat.pageActive && <span className="text-text-muted">, {text.views.paused.toLowerCase()}</span>}
        </dd>
        <dt>{words.platform}</dt>
        <dd className="flex items-center gap-1.5">
          <PlatformMark platform={chat.platform} />
          {text.platform[chat.platform]}
        </dd>
        <dt>{words.firstChat}</dt>
        <dd>{date(contact.firstSeenAt)}</dd>
        {chat.lastIncomingAt && (
          <>
            <dt>{words.lastSeen}</dt>
            <dd title={fullDate(chat.lastIncomingAt)}>{age(chat.lastIncomingAt, now)}</dd>
          </>
        )}
      </dl>
    </Section>
  )
}

function WindowSection({ chat }: { chat: Chat }) {
  const { window, now } = useWindow(chat)
  const until = 'until' in window ? moment(window.until, now) : null
  const meaning =
    window.state === 'open'
      ? window.personUntil && text.window.thenPerson(window.personUntil, now)
      : window.state === 'human_agent'
        ? text.window.personMeaning
        : text.window.closedMeaning
  return (
    <Section title={text.window.title}>
      <div className="flex items-center gap-2">
        <WindowWords chat={chat} short />
        {until && <span className="ml-auto shrink-0 text-text-faint text-xs">{until}</span>}
      </div>
      {meaning && <p className="mt-1 text-text-muted text-xs">{meaning}</p>}
    </Section>
  )
}

function AssignmentSection({ chat }: { chat: Chat }) {
  const me = useMe()
  const title = !chat.assignee
    ? words.unassigned
    : chat.assignee.id === me.id
      ? words.assignedToYou
      : words.assignedTo(chat.assignee.name)
  return (
    <Section title={title}>
      <Why chatId={chat.id} />
    </Section>
  )
}
