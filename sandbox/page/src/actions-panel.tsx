import { useState } from 'react'
import { call, type MessageView, type PersonView, type ThreadView } from './api.ts'
import { Icon, type IconName } from './icon.tsx'

interface Action {
  icon: IconName
  name: string
  path: string
  body?: Record<string, unknown>
  off?: boolean
}

export interface ActionsPanelProps {
  person: PersonView
  thread: ThreadView
  onQuote: (message: MessageView) => void
  /** Something was done; on a small screen the phone should come back into sight. */
  onDone: () => void
  onError: (error: unknown) => void
}

const CHANGED = 'Sorry, I meant: '

function actionsFor(person: PersonView, thread: ThreadView): Action[] {
  const instagram = person.platform === 'instagram'
  const lastMine = thread.messages.findLast((message) => message.from === 'customer' && !message.deleted)
  const lastTheirs = thread.messages.findLast((message) => message.from === 'page' && !message.deleted)
  const edited = (lastMine?.text ?? '').replace(CHANGED, '')
  return [
    { icon: 'image', name: 'Picture', path: 'messages', body: { kind: 'picture' } },
    { icon: 'mic', name: 'Voice note', path: 'messages', body: { kind: 'voice', seconds: 12 } },
    { icon: 'file', name: 'File', path: 'messages', body: { kind: 'file' } },
    { icon: 'heart', name: 'Sticker', path: 'messages', body: { kind: 'sticker' } },
    instagram
      ? {
          icon: 'story',
          name: 'Reply to story',
          path: 'messages',
          body: { kind: 'story_reply', text: 'Love this! Is it for sale?' },
        }
      : { icon: 'link', name: 'Share a link', path: 'messages', body: { kind: 'share', what: 'link' } },
    { icon: 'post', name: 'Share a post', path: 'messages', body: { kind: 'share', what: 'post' } },
    { icon: 'video', name: 'Share a reel', path: 'messages', body: { kind: 'share', what: 'reel' } },
    { icon: 'heart', name: 'React', path: 'reaction', body: { reaction: 'love' }, off: !lastTheirs },
    {
      icon: 'note',
      name: 'Edit last',
      path: 'edit',
      body: { mid: lastMine?.mid, text: CHANGED + edited },
      off: !lastMine?.text,
    },
    { icon: 'trash', name: 'Unsend last', path: 'unsend', body: { mid: lastMine?.mid }, off: !lastMine },
    { icon: 'ad', name: 'Click an ad', path: 'messages', body: { kind: 'ad' } },
    { icon: 'tap', name: 'Tap a button', path: 'postback', body: {} },
  ]
}

/** What the customer of the active phone can do beside writing, and an answer from the shop's own phone. */
export function ActionsPanel({ person, thread, onQuote, onDone, onError }: ActionsPanelProps) {
  const [answer, setAnswer] = useState('')
  const lastTheirs = thread.messages.findLast((message) => message.from === 'page' && !message.deleted)
  const act = (path: string, body: unknown): void => {
    call('POST', `threads/${encodeURIComponent(thread.id)}/${path}`, body).then(onDone, onError)
  }
  const app = person.platform === 'instagram' ? 'Instagram app' : 'Messenger app'
  return (
    <>
      <section className="section">
        <h2>
          Do something as&nbsp;<bdi className="name">{person.name.split(' ')[0]}</bdi>
        </h2>
        <div className="actions">
          {actionsFor(person, thread).map((action) => (
            <button
              key={action.name}
              type="button"
              className="button"
              disabled={action.off}
              onClick={() => act(action.path, action.body)}
            >
              <Icon name={action.icon} />
              {action.name}
            </button>
          ))}
          <button
            type="button"
            className="button"
            disabled={!lastTheirs}
            onClick={() => lastTheirs && onQuote(lastTheirs)}
          >
            <Icon name="reply" />
            Quote
          </button>
          <button type="button" className="button" onClick={() => act('link', {})}>
            <Icon name="link" />
            Follow a link
          </button>
        </div>
      </section>
      <section className="section">
        <h2>Answer from the shop’s {app}</h2>
        <form
          className="answer"
          onSubmit={(event) => {
            event.preventDefault()
            if (answer.trim() === '') return
            act('page-reply', { text: answer.trim() })
            setAnswer('')
          }}
        >
          <input
            className="input"
            dir="auto"
            value={answer}
            maxLength={2000}
            aria-label={`Answer from the ${app}`}
            placeholder="Not through the inbox"
            onChange={(event) => setAnswer(event.target.value)}
          />
          <button type="submit" className="button small">
            Send
          </button>
        </form>
      </section>
    </>
  )
}
