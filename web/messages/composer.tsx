import { clsx } from 'clsx'
import { ArrowUp, Clock, LockKeyhole, Reply, Unplug, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useState } from 'react'
import type { Chat } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import { textLength, textLimit } from '../../shared/text-limit.ts'
import { serverNow } from '../api.ts'
import { useMedia } from '../app/media.ts'
import { usePreferences } from '../app/preferences.ts'
import { claimable, useAssign } from '../assignment/assign.ts'
import { may, useMe } from '../auth/session.ts'
import { useWindow, WindowWords } from '../chats/window-line.tsx'
import { text } from '../text.ts'
import { PersonMark } from '../ui/avatar.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { draftsOf, useDraft } from './drafts.ts'
import { myOutbox, newKey } from './my-outbox.ts'
import { firstName } from './names.ts'
import { isOurs } from './timeline.ts'

const words = text.composer

interface Props {
  chat: Chat
  ref: RefObject<HTMLTextAreaElement | null>
  quoting: Message | null
  setQuoting: (message: Message | null) => void
}

/** Where one answers; the line above the box always says what may be sent, and until when. */
export function Composer({ chat, ref, quoting, setQuoting }: Props) {
  const me = useMe()
  if (!may(me, 'chat:message')) {
    return (
      <div className="shrink-0 border-border border-t px-2 py-1">
        <Note icon={LockKeyhole}>{words.noPermission}</Note>
      </div>
    )
  }
  return (
    <div className="relative shrink-0 px-4 pb-4 max-md:border-border max-md:border-t max-md:px-2 max-md:pt-1 max-md:pb-[max(env(safe-area-inset-bottom),8px)]">
      <Ownership chat={chat} />
      {!chat.pageActive ? (
        <Inactive chat={chat} />
      ) : (
        <Box chat={chat} ref={ref} quoting={quoting} setQuoting={setQuoting} />
      )}
    </div>
  )
}

function Box({ chat, ref, quoting, setQuoting }: Props) {
  const me = useMe()
  const drafts = draftsOf(me.id)
  const draft = useDraft(me.id, chat.id)
  const { window, now } = useWindow(chat)
  const { enterSends } = usePreferences()
  const touch = useMedia('(pointer: coarse)')
  const phone = useMedia('(max-width: 767px)')
  const [asPerson, setAsPerson] = useState(false)
  const { max, unit } = textLimit[chat.platform]
  const used = textLength(draft, chat.platform)
  const closed = window.state === 'closed' || window.state === 'none'
  const person = window.state === 'human_agent'
  const ready = draft.trim() !== '' && used <= max && !closed && (!person || asPerson)
  const name = firstName(chat.username)
  useGrowing(ref, draft)

  const send = () => {
    if (!ready) return
    myOutbox(me.id).add({
      key: newKey(),
      chatId: chat.id,
      text: draft,
      replyTo: quoting?.id ?? null,
      humanAgent: person,
      at: new Date(serverNow()).toISOString(),
    })
    drafts.write(chat.id, '')
    setQuoting(null)
    ref.current?.focus()
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      if (quoting) setQuoting(null)
      else ref.current?.blur()
      event.stopPropagation()
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey) return
    const command = event.ctrlKey || event.metaKey
    if (!(command || (enterSends && !touch))) return
    event.preventDefault()
    send()
  }

  return (
    <>
      <div className="flex h-7 items-center gap-1.5 px-0.5 text-text-muted text-xs max-md:px-2 max-md:empty:h-1">
        {(!phone || window.state !== 'open' || window.soon) && <WindowWords chat={chat} />}
        <WindowEnd window={window} now={now} draft={draft} enterSends={enterSends} touch={touch} />
      </div>
      <div
        className={clsx(
          'flex flex-col rounded-md border border-border-strong focus-within:border-transparent focus-within:outline-2 focus-within:outline-focus max-md:rounded-[22px]',
          closed ? 'bg-surface-sunken' : 'bg-surface',
        )}
      >
        {quoting && <Quoting message={quoting} chat={chat} onStop={() => setQuoting(null)} />}
        {person && (
          <label className="mx-1.5 mt-1.5 flex items-center gap-2 rounded-xs bg-warn-soft px-2 py-1.5 text-xs max-md:min-h-11">
            <input
              type="checkbox"
              checked={asPerson}
              onChange={(event) => setAsPerson(event.target.checked)}
              className="size-4 accent-accent"
            />
            {words.asPerson}
          </label>
        )}
        <div className="flex items-end max-md:pr-1 md:flex-col md:items-stretch">
          <textarea
            ref={ref}
            rows={1}
            dir="auto"
            value={draft}
            maxLength={20_000}
            aria-label={words.label}
            placeholder={person ? words.placeholderPerson(name) : words.placeholder(name)}
            onChange={(event) => drafts.write(chat.id, event.target.value)}
            onKeyDown={press}
            className="thin-scroll block max-h-[40dvh] min-h-10 w-full flex-1 resize-none md:flex-none bg-transparent px-3 pt-2.5 pb-1 text-base outline-none max-md:min-h-11 max-md:px-3.5 max-md:text-[16px]"
          />
          {phone ? (
            <button
              type="button"
              aria-label={person ? words.sendAsPerson : words.send}
              disabled={!ready}
              onPointerDown={(event) => event.preventDefault()}
              onClick={send}
              className="mb-0.5 grid size-10 shrink-0 place-items-center rounded-full bg-accent text-on-accent disabled:bg-surface-active disabled:text-text-disabled"
            >
              <Icon of={ArrowUp} size={20} />
            </button>
          ) : (
            <div className="flex min-h-9 items-center justify-end gap-2.5 px-1.5 pb-1.5">
              <Counter used={used} max={max} unit={words.units[unit]} />
              <Button look="primary" size="sm" disabled={!ready} onClick={send}>
                {person ? words.sendAsPerson : words.send}
              </Button>
            </div>
          )}
        </div>
        {phone && (
          <div className="px-3.5 pb-1 text-end empty:hidden">
            <Counter used={used} max={max} unit={words.units[unit]} />
          </div>
        )}
        {closed && <Possible name={name} none={window.state === 'none'} />}
      </div>
    </>
  )
}

/** As high as its text, up to what the style allows. */
function useGrowing(ref: RefObject<HTMLTextAreaElement | null>, value: string) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow.
  useLayoutEffect(() => {
    const area = ref.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [value, ref])
}

interface EndProps {
  window: ReturnType<typeof useWindow>['window']
  now: number
  draft: string
  enterSends: boolean
  touch: boolean
}

function WindowEnd({ window, now, draft, enterSends, touch }: EndProps) {
  const closed = window.state === 'closed' || window.state === 'none'
  const end = closed
    ? draft.trim() && words.draftKept
    : window.state === 'human_agent' || (window.state === 'open' && window.soon)
      ? text.window.until(window.until, now)
      : !touch && (enterSends ? words.enterSends : words.ctrlEnterSends)
  return end ? <span className="ms-auto shrink-0 text-text-faint">{end}</span> : null
}

function Counter({ used, max, unit }: { used: number; max: number; unit: string }) {
  if (used < max * 0.8) return null
  const over = used - max
  return (
    <span
      role="status"
      className={clsx(
        'text-2xs',
        over > 0 ? 'font-medium text-danger-text' : used >= max * 0.95 ? 'text-warn-text' : 'text-text-faint',
      )}
    >
      {over > 0 ? words.tooLong(over, unit) : words.counter(used, max, unit)}
    </span>
  )
}

function Quoting({ message, chat, onStop }: { message: Message; chat: Chat; onStop: () => void }) {
  return (
    <div className="mx-1.5 mt-1.5 flex items-center gap-1.5 rounded-xs bg-surface-sunken py-1 pr-1 pl-2 text-text-muted text-xs">
      <Icon of={Reply} size={14} />
      <span className="sr-only">{words.quoting}</span>
      <b className="shrink-0 font-medium text-text">
        <bdi>{isOurs(message.sender) ? text.youUpper : firstName(chat.username)}</bdi>
      </b>
      <bdi dir="auto" className="min-w-0 flex-1 truncate">
        {message.content || text.kind[message.kind]}
      </bdi>
      <IconButton icon={X} label={words.stopQuote} className="size-6!" onClick={onStop} />
    </div>
  )
}

/** Whose chat this is, when it is not one's own. */
function Ownership({ chat }: { chat: Chat }) {
  const me = useMe()
  const assign = useAssign()
  if (chat.assignedTo === me.id) return null
  return (
    <div className="mb-1 flex items-center gap-2 border-border border-b px-0.5 pt-1 pb-2 text-xs max-md:px-2">
      <PersonMark name={chat.assignee?.name ?? null} />
      <span className="min-w-0 flex-1 truncate">
        {chat.assignee ? words.notYours(firstName(chat.assignee.name)) : words.nobodys}
      </span>
      {claimable(me, chat) && (
        <button
          type="button"
          className="link max-md:min-h-11"
          disabled={assign.isPending}
          onClick={() => assign.mutate({ chat, to: me })}
        >
          {chat.assignedTo ? words.takeOver : words.take}
        </button>
      )}
    </div>
  )
}

/** Closed: what is still possible stands inside the box, under the draft. */
function Possible({ name, none }: { name: string; none: boolean }) {
  return (
    <div className="flex items-center gap-2.5 border-border border-t px-3 py-2 text-text-muted">
      <Icon of={Clock} />
      <span className="min-w-0">
        <b className="block font-medium text-text">{none ? words.noneOption : words.closedOption}</b>
        <span className="text-xs">{none ? words.noneBody : words.closedHint(name)}</span>
      </span>
    </div>
  )
}

function Inactive({ chat }: { chat: Chat }) {
  const draft = useDraft(useMe().id, chat.id)
  return (
    <div className="mt-2 rounded-md border border-border-strong bg-surface-sunken">
      {draft.trim() && (
        <p dir="auto" className="whitespace-pre-wrap border-border border-b px-3 py-2.5 text-base">
          {draft}
        </p>
      )}
      <Note icon={Unplug}>
        {words.inactive(chat.pageName ?? '')} {draft.trim() && `${words.draftKept}.`}
      </Note>
    </div>
  )
}

function Note({ icon, children }: { icon: typeof Unplug; children: ReactNode }) {
  return (
    <p className="flex shrink-0 items-start gap-2.5 px-3 py-2.5 text-text-muted max-md:pb-[max(env(safe-area-inset-bottom),10px)]">
      <Icon of={icon} className="mt-px" />
      <span>{children}</span>
    </p>
  )
}
