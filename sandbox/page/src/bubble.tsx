import type { MessageView } from './api.ts'
import { Icon } from './icon.tsx'
import { VoiceNote } from './voice-note.tsx'

type Attachment = MessageView['attachments'][number]

function Card({ attachment, kind }: { attachment: Attachment; kind: string }) {
  return (
    <span className="card">
      {attachment.url && attachment.type !== 'fallback' ? <img src={attachment.url} alt="" /> : <Icon name="link" />}
      <span>
        <span className="faint">{kind}</span>
        <b dir="auto">{attachment.title ?? attachment.name ?? 'Without a title'}</b>
      </span>
    </span>
  )
}

function AttachmentView({ attachment, seed }: { attachment: Attachment; seed: string }) {
  const { url } = attachment
  // Instagram sends stickers as images.
  const type = /\/media\/picture\/(heart|thumb)$/.test(url ?? '') ? 'sticker' : attachment.type
  switch (type) {
    case 'image':
    case 'story_mention':
      return url ? (
        <img className="picture" src={url} alt={type === 'image' ? 'Picture' : 'A story that mentions the shop'} />
      ) : null
    case 'sticker':
    case 'like_heart':
      return url ? <img className="sticker" src={url} alt="Sticker" /> : null
    case 'audio':
      return url ? <VoiceNote url={url} seconds={attachment.seconds ?? null} seed={seed} /> : null
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: whatever somebody sent; there is no caption for it
      return url ? <video className="picture" src={url} controls preload="metadata" /> : null
    case 'file':
      return (
        <a className="file" href={url ?? undefined} target="_blank" rel="noreferrer">
          <Icon name="file" />
          <span dir="auto">{attachment.name ?? 'File'}</span>
        </a>
      )
    case 'ig_post':
    case 'post':
      return <Card attachment={attachment} kind="Shared post" />
    case 'ig_reel':
    case 'reel':
      return <Card attachment={attachment} kind="Shared reel" />
    case 'fallback':
      return <Card attachment={attachment} kind="Link" />
    default:
      return <span className="file">{type}</span>
  }
}

const PLAIN = ['image', 'story_mention', 'sticker', 'like_heart', 'video']

export interface BubbleProps {
  message: MessageView
  quoted: MessageView | undefined
  onReact: () => void
  onQuote: () => void
}

/** One message on the phone, with what hangs on it. */
export function Bubble({ message, quoted, onReact, onQuote }: BubbleProps) {
  const mine = message.from === 'customer'
  const plain =
    message.text === null &&
    message.attachments.length > 0 &&
    message.attachments.every((one) => PLAIN.includes(one.type))
  const adTitle = (message.referral?.ads_context_data as { ad_title?: string } | undefined)?.ad_title
  return (
    <div className={`message${mine ? ' mine' : ''}`} data-mid={message.mid}>
      {adTitle !== undefined && (
        <p className="ad">
          <img src="/media/picture/chair" alt="" />
          <span>
            You answered an ad<b dir="auto">{adTitle}</b>
          </span>
        </p>
      )}
      {message.story && (
        <p className="story">
          You replied to their story
          <img src={message.story.url} alt="The story" />
        </p>
      )}
      {message.deleted ? (
        <p className="bubble gone">{mine ? 'You unsent a message' : 'Message unsent'}</p>
      ) : (
        <div className={`bubble${plain ? ' plain' : ''}`}>
          {quoted && (
            <span className="quote" dir="auto">
              {quoted.from === 'customer' ? 'You' : 'Nordlys'}:{' '}
              {quoted.text ?? quoted.attachments[0]?.type ?? 'a message'}
            </span>
          )}
          {message.attachments.map((attachment) => (
            <AttachmentView key={`${attachment.type} ${attachment.url}`} attachment={attachment} seed={message.mid} />
          ))}
          {message.text !== null && <span dir="auto">{message.text}</span>}
        </div>
      )}
      {message.reactions.length > 0 && (
        <p className="reactions">
          {message.reactions.map((reaction) => (
            <span
              key={reaction.by}
              role="img"
              aria-label={`${reaction.by === 'page' ? 'Nordlys' : 'You'} reacted with ${reaction.reaction}`}
            >
              {reaction.emoji}
            </span>
          ))}
        </p>
      )}
      {message.edits > 0 && !message.deleted && <p className="note">Edited</p>}
      {!mine && !message.deleted && (
        <p className="message-actions">
          <button type="button" aria-label="React with a heart" title="React with a heart" onClick={onReact}>
            <Icon name="heart" size={14} />
          </button>
          <button type="button" aria-label="Quote this message" title="Quote" onClick={onQuote}>
            <Icon name="reply" size={14} />
          </button>
        </p>
      )}
    </div>
  )
}
