import type { Contact } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'
import { isoTime } from '../platform/db/time.ts'

/**
 * The twin contact tables, as one: joins them to `chats c` and names what is read from them. SQL of its own because a
 * list reads both with every row; each chat has a row in one of them at most.
 */
export const contactJoins = `
  left join instagram_users iu on iu.igsid = c.instagram_user_id
  left join facebook_users fu on fu.id = c.facebook_user_id`

export const contactNames = `
  coalesce(iu.name, fu.name) as contact_name, coalesce(iu.username, fu.username) as contact_username`

export const contactColumns = `${contactNames},
  coalesce(iu.first_seen_at, fu.first_seen_at) as contact_first_seen_at,
  coalesce(iu.last_seen_at, fu.last_seen_at) as contact_last_seen_at`

export interface ContactNames {
  contact_name: string | null
  contact_username: string | null
}

export interface ContactRow extends ContactNames {
  contact_first_seen_at: string | null
  contact_last_seen_at: string | null
}

/** `chat` says who it is and stands in for times of a contact that an older program did not store. */
export function contactView(
  row: ContactRow,
  chat: { platform: Platform; contactId: string | null; createdAt: string },
): Contact {
  return {
    id: chat.contactId ?? '',
    platform: chat.platform,
    name: row.contact_name,
    username: row.contact_username,
    firstSeenAt: isoTime(row.contact_first_seen_at ?? chat.createdAt),
    lastSeenAt: isoTime(row.contact_last_seen_at ?? chat.createdAt),
  }
}
