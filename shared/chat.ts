import * as z from 'zod'
import { cursorQuery, instant, metaId, person, platform } from './common.ts'

/**
 * The messaging window: `open` for 24 h after the customer's last opening action, then `human_agent` to 7 days
 * (a person's own words only), then `closed`. `none` when the customer never wrote.
 */
export const messagingWindow = z.object({
  state: z.enum(['open', 'human_agent', 'closed', 'none']),
  closesAt: instant.nullable(),
  humanAgentUntil: instant.nullable(),
})
export type MessagingWindow = z.infer<typeof messagingWindow>

export const messageKind = z.enum([
  'text',
  'image',
  'gif',
  'sticker',
  'video',
  'audio',
  'file',
  'location',
  'share',
  'post',
  'reel',
  'story',
  'story_mention',
  'story_reply',
  'like',
  'template',
  'product',
  'unsupported',
])
export type MessageKind = z.infer<typeof messageKind>

export const messageSender = z.enum(['AGENT', 'INSTAGRAM_USER', 'FACEBOOK_USER', 'INSTAGRAM_PAGE', 'FACEBOOK_PAGE'])
export type MessageSender = z.infer<typeof messageSender>

export const contact = z.object({
  id: z.string(),
  platform,
  name: z.string().nullable(),
  username: z.string().nullable(),
  firstSeenAt: instant,
  lastSeenAt: instant,
})
export type Contact = z.infer<typeof contact>

export const chat = z.object({
  id: z.string(),
  platform,
  /** The page's id, or the Instagram account's for Instagram chats (the data model's name). */
  facebookPageId: z.string().nullable(),
  /** The page's name or the account's username. */
  pageName: z.string().nullable(),
  pageActive: z.boolean(),
  instagramUserId: z.string().nullable(),
  facebookUserId: z.string().nullable(),
  /** What to call the person: name, else username, else a short form of the id. */
  username: z.string(),
  contact,
  lastMessage: z.string().nullable(),
  lastMessageKind: messageKind.nullable(),
  lastMessageSender: messageSender.nullable(),
  /** The newest message could not be sent or is not confirmed. */
  lastMessageState: z.enum(['failed', 'unknown']).nullable(),
  status: z.enum(['assigned', 'unassigned']),
  assignedTo: z.string().nullable(),
  assignee: person.nullable(),
  unreadCount: z.number().int(),
  waiting: z.boolean(),
  window: messagingWindow,
  lastIncomingAt: instant.nullable(),
  lastOutgoingAt: instant.nullable(),
  /** The later of last incoming and last outgoing: what lists are sorted by. */
  activityAt: instant,
  createdAt: instant,
  updatedAt: instant,
})
export type Chat = z.infer<typeof chat>

export const chatView = z.enum(['mine', 'unassigned', 'waiting', 'closing', 'all'])
export type ChatView = z.infer<typeof chatView>

export const chatQuery = z.strictObject({
  view: chatView.default('all'),
  platform: platform.optional(),
  /** Page id or Instagram account id. */
  page: metaId.optional(),
  assignedTo: z.string().max(36).optional(),
  unread: z.enum(['true', 'false']).optional(),
  q: z.string().trim().min(1).max(100).optional(),
  ...cursorQuery,
})
export type ChatQuery = z.infer<typeof chatQuery>

/** Counts stop at `countLimit`: a badge needs no more, and an exact count would read every chat. */
export const countLimit = 1000
export const chatCounts = z.object({
  views: z.record(chatView, z.number().int()),
  pages: z.array(z.object({ facebookPageId: z.string(), count: z.number().int() })),
  /** Unread chats assigned to the asker. */
  unreadMine: z.number().int(),
})
export type ChatCounts = z.infer<typeof chatCounts>

/** Why a chat moved. The words belong to the client's catalogue. */
export const assignmentReason = z.enum([
  'rotation',
  'rotation_waiting',
  'claimed',
  'assigned',
  'reassigned',
  'unassigned',
  'handed_over',
  'no_one_eligible',
])
export type AssignmentReason = z.infer<typeof assignmentReason>

export const chatAssignment = z.object({
  id: z.string(),
  chatId: z.string(),
  at: instant,
  reason: assignmentReason,
  from: person.nullable(),
  to: person.nullable(),
  by: person.nullable(),
  /** How many could have taken it when the rotation decided. */
  eligible: z.number().int().nullable(),
  note: z.string().nullable(),
})
export type ChatAssignment = z.infer<typeof chatAssignment>
