import * as z from 'zod'
import { type Chat, messageKind, messageSender } from '../../shared/chat.ts'
import type { Platform } from '../../shared/common.ts'
import { type ContactRow, contactView } from '../contacts/view.ts'
import { messagingWindow } from '../meta/window.ts'
import { fromDbTime, isoTime } from '../platform/db/time.ts'

/** What `loadChats` reads of a chat. */
export interface ChatRow extends ContactRow {
  id: string
  platform: Platform
  facebook_page_id: string | null
  instagram_user_id: string | null
  facebook_user_id: string | null
  username: string
  last_message: string | null
  last_message_kind: string | null
  last_message_sender: string | null
  status: 'assigned' | 'unassigned'
  assigned_to: string | null
  assignee_name: string | null
  assignee_position_id: string | null
  unread_count: number | null
  waiting_since: string | null
  last_incoming_at: string | null
  last_outgoing_at: string | null
  activity_at: string
  created_at: string
  updated_at: string
  page_name: string | null
  page_active: number | null
  /** Of the newest message sent from here, unless somebody has let its failure go. */
  outbox_state: string | null
}

const kind = messageKind.nullable().catch('unsupported')
const sender = messageSender.nullable().catch(null)
const troubled = z.enum(['failed', 'unknown']).nullable().catch(null)

/** @param now milliseconds: the window is told as of this moment */
export function chatView(row: ChatRow, now: number): Chat {
  const lastMessageSender = sender.parse(row.last_message_sender)
  const incoming = row.last_incoming_at === null ? null : fromDbTime(row.last_incoming_at)
  return {
    id: row.id,
    platform: row.platform,
    facebookPageId: row.facebook_page_id,
    pageName: row.page_name,
    pageActive: Number(row.page_active) === 1,
    instagramUserId: row.instagram_user_id,
    facebookUserId: row.facebook_user_id,
    username: row.contact_name ?? row.contact_username ?? row.username,
    contact: contactView(row, {
      platform: row.platform,
      contactId: row.instagram_user_id ?? row.facebook_user_id,
      createdAt: row.created_at,
    }),
    lastMessage: row.last_message,
    lastMessageKind: kind.parse(row.last_message_kind),
    lastMessageSender,
    // Only while it is the last word: what came after it is what the list shows.
    lastMessageState: lastMessageSender === 'AGENT' ? troubled.parse(row.outbox_state) : null,
    status: row.status,
    assignedTo: row.assigned_to,
    assignee: row.assigned_to === null ? null : { id: row.assigned_to, name: row.assignee_name ?? '' },
    unreadCount: row.unread_count ?? 0,
    waiting: row.waiting_since !== null,
    window: messagingWindow(incoming, now),
    lastIncomingAt: isoTime(row.last_incoming_at),
    lastOutgoingAt: isoTime(row.last_outgoing_at),
    activityAt: isoTime(row.activity_at),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
  }
}
