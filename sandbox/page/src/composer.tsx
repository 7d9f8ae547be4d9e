import { type KeyboardEvent, useRef, useState } from 'react'
import { call, type MessageView, type Side, upload } from './api.ts'
import { Icon } from './icon.tsx'

const SAMPLES = ['sofa', 'chair', 'shelf', 'lamp', 'scratch', 'plant']
const EMOJI = ['😊', '😍', '🙏', '👍', '🔥', '🎉', '😅', '😢', '🤔', '🛋️', '💡', '🪑']

export interface ComposerProps {
  side: Side
  threadId: string
  quote: MessageView | null
  onQuoteDone: () => void
  onError: (error: unknown) => void
}

type Open = 'pictures' | 'emoji' | null

/** The phone's writing line. Enter sends, Shift and Enter break the line. */
export function Composer({ side, threadId, quote, onQuoteDone, onError }: ComposerProps) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const field = useRef<HTMLTextAreaElement>(null)

  function post(body: Record<string, unknown>): void {
    setOpen(null)
    call('POST', `threads/${encodeURIComponent(threadId)}/messages`, { ...body, replyTo: quote?.mid }).then(
      onQuoteDone,
      onError,
    )
  }

  function send(): void {
    if (text.trim() === '') return
    post({ kind: 'text', text: text.trim() })
    setText('')
    field.current?.focus()
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') setOpen(null)
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  async function sendFile(file: File | undefined): Promise<void> {
    if (!file) return
    try {
      const url = await upload(file)
      post(file.type.startsWith('image/') ? { kind: 'picture', url } : { kind: 'file', url, name: file.name })
    } catch (error) {
      onError(error)
    }
  }

  const toggle = (what: Open): void => setOpen(open === what ? null : what)
  const instagram = side === 'instagram'
  const sendButton = (
    <button type="button" className="tool" aria-label="Send" onClick={send} disabled={text.trim() === ''}>
      <Icon name="send" size={20} />
    </button>
  )
  const emojiButton = (
    <button
      type="button"
      className="tool"
      aria-label="Emoji"
      aria-expanded={open === 'emoji'}
      onClick={() => toggle('emoji')}
    >
      <Icon name="smile" size={20} />
    </button>
  )
  return (
    <div className="composer">
      {quote && (
        <p className="quoting">
          <span dir="auto">{quote.text ?? 'An attachment'}</span>
          <button type="button" aria-label="Do not quote" onClick={onQuoteDone}>
            <Icon name="close" size={14} />
          </button>
        </p>
      )}
      {open === 'pictures' && (
        <fieldset className="tray" aria-label="Pictures">
          {SAMPLES.map((name) => (
            <button
              key={name}
              type="button"
              aria-label={`Send the picture of a ${name}`}
              onClick={() => post({ kind: 'picture', name })}
            >
              <img src={`/media/picture/${name}`} alt="" />
            </button>
          ))}
          <label className="own-file">
            From this computer
            <input type="file" onChange={(event) => void sendFile(event.target.files?.[0])} />
          </label>
        </fieldset>
      )}
      {open === 'emoji' && (
        <fieldset className="tray emoji" aria-label="Emoji">
          {EMOJI.map((one) => (
            <button
              key={one}
              type="button"
              onClick={() => {
                setText(text + one)
                setOpen(null)
                field.current?.focus()
              }}
            >
              {one}
            </button>
          ))}
        </fieldset>
      )}
      <div className="line">
        <button
          type="button"
          className="tool"
          aria-label="Send a picture or a file"
          aria-expanded={open === 'pictures'}
          onClick={() => toggle('pictures')}
        >
          <Icon name={instagram ? 'image' : 'plus'} size={20} />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-label="Message"
          placeholder={instagram ? 'Message …' : 'Aa'}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
        />
        {instagram && text === '' ? (
          <>
            <button
              type="button"
              className="tool"
              aria-label="Send a voice note"
              onClick={() => post({ kind: 'voice', seconds: 7 })}
            >
              <Icon name="mic" size={20} />
            </button>
            <button type="button" className="tool" aria-label="Send a heart" onClick={() => post({ kind: 'sticker' })}>
              <Icon name="heart" size={20} />
            </button>
          </>
        ) : (
          <>
            {emojiButton}
            {sendButton}
          </>
        )}
      </div>
    </div>
  )
}
