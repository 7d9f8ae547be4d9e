import type { Chat } from '../../shared/chat.ts'
import type { Message } from '../../shared/message.ts'
import type { Me } from '../../shared/user.ts'
import type { OutboxItem } from './outbox.ts'

/** A message that only this screen knows yet, in the form of one that the server knows. */
export function asMessage(item: OutboxItem, chat: Chat, me: Me, messages: Message[]): Message {
  const quoted = item.replyTo ? messages.find((message) => message.id === item.replyTo) : undefined
  return {
    id: item.key,
    chatId: chat.id,
    platform: chat.platform,
    sender: 'AGENT',
    content: item.text,
    messageType: 'text',
    kind: 'text',
    attachments: [],
    timestamp: item.at,
    isGif: false,
    isTicklegram: true,
    state: item.state === 'refused' ? 'failed' : 'queued',
    failure: null,
    sentBy: { id: me.id, name: me.name },
    origin: 'ticklegram',
    replyTo: quoted ? { messageId: quoted.id, content: quoted.content, sender: quoted.sender } : null,
    clientKey: item.key,
  }
}
