import type { MessageSender } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'

/** The twin tables, known as two here and nowhere else. */
export const messageTable = (platform: Platform) =>
  platform === 'INSTAGRAM' ? 'instagram_messages' : 'facebook_messages'

export const customerSender = (platform: Platform): MessageSender =>
  platform === 'INSTAGRAM' ? 'INSTAGRAM_USER' : 'FACEBOOK_USER'

/** Who an answer is from that was not sent here: somebody in the native app. */
export const pageSender = (platform: Platform): MessageSender =>
  platform === 'INSTAGRAM' ? 'INSTAGRAM_PAGE' : 'FACEBOOK_PAGE'

const textColumnBytes = 65_535

/** JSON for a `text` column, or a pointer to where the whole of it stands when it does not fit. Never cut. */
export function jsonForText(value: unknown, deliveryId: string): string {
  const json = JSON.stringify(value)
  return Buffer.byteLength(json) <= textColumnBytes ? json : JSON.stringify({ raw_in_delivery: deliveryId })
}

/** The message table under the alias `m`, for joins. Typed as one of the twins: what joins read, both have. */
export const joinedMessages = (platform: Platform) => `${messageTable(platform)} as m` as 'facebook_messages as m'
