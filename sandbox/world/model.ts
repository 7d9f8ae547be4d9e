export type Platform = 'page' | 'instagram'

export interface Account {
  platform: Platform
  /** Page id, or the Instagram professional account id (IGID). */
  id: string
  name: string
  username: string | null
  /** Page token, or the token of the Instagram Login flavour. */
  token: string
  /** What Instagram Login's `/me` calls `id`; differs from the IGID. */
  appScopedId: string | null
  /** Page: the linked Instagram account. Instagram: the linked page. */
  linkedId: string | null
  subscribedFields: string[]
  /** False: the owner switched off message access (200/2534041). */
  messageAccess: boolean
  tokenExpired: boolean
}

export interface Person {
  /** PSID or IGSID: valid for one account only. */
  id: string
  accountId: string
  platform: Platform
  name: string
  username: string | null
  /** Name of a drawn face, or null for no picture. */
  face: string | null
  followers: number
  follows: boolean
  verified: boolean
  /** True: has blocked the page; sends answer 551/1545041. */
  blocked: boolean
  /** False: the profile answers like one that may not be seen. */
  profileVisible: boolean
}

export interface Attachment {
  /** The word Meta uses: image, video, audio, file, sticker, ig_post, ig_reel, story_mention, fallback ... */
  type: string
  /** A path below this sandbox, or a full address. */
  url: string | null
  title?: string
  id?: string
  stickerId?: string
  name?: string
  mime?: string
  seconds?: number
}

export interface Reaction {
  by: 'customer' | 'page'
  reaction: string
  emoji: string
}

export interface Message {
  mid: string
  from: 'customer' | 'page'
  at: number
  text: string | null
  attachments: Attachment[]
  replyTo: string | null
  story: { id: string; url: string } | null
  referral: Record<string, unknown> | null
  reactions: Reaction[]
  edits: number
  deleted: boolean
  /** The app that sent a page's message. */
  appId: string | null
  metadata: string | null
  tag: string | null
}

export interface Thread {
  /** The id the Conversations API gives it. */
  id: string
  accountId: string
  personId: string
  messages: Message[]
  /** Last act of the customer that opens the 24 hours. */
  openedAt: number | null
  seenByPageAt: number | null
  deliveredUpTo: number | null
  readUpTo: number | null
  customerTyping: boolean
  pageTypingUntil: number | null
  /** The phone lies open on this thread: what arrives is read at once. */
  phoneOpen: boolean
}

export type FaultKind =
  | 'error'
  | 'rate_limited'
  | 'token_expired'
  | 'server_error'
  | 'timeout'
  | 'timeout_after_success'
  | 'reset'
  | 'reset_after_success'
  | 'garbage'
  | 'html'
  | 'empty'
  | 'slow'

export interface Fault {
  id: string
  kind: FaultKind
  /** Calls it still spoils; null: until it is taken away. */
  times: number | null
  scope: 'send' | 'all'
  accountId: string | null
  recipientId: string | null
  status: number | null
  code: number | null
  subcode: number | null
  message: string | null
  transient: boolean
  /** Whether the message arrives although the answer is bad. */
  stored: boolean
  ms: number
}

export interface Switches {
  deliverTwice: boolean
  outOfOrder: boolean
  /** Entries in one delivery. */
  batch: number
  delayMs: number
  /** Webhooks wait until it is taken away. */
  paused: boolean
  echo: 'before' | 'after' | 'twice' | 'never'
  /** On which platform an echo carries `metadata`. */
  echoMetadata: 'always' | 'page' | 'never'
  instagramTextLimit: 1000 | 2000
  /** The app may use the HUMAN_AGENT tag. */
  humanAgent: boolean
  rateLimits: boolean
  /** Percent told in the x-app-usage header. */
  appUsage: number
  fetchAttachments: boolean
}

export interface Send {
  n: number
  at: number
  accountId: string
  host: 'facebook' | 'instagram'
  recipientId: string
  threadId: string
  mid: string
  text: string | null
  attachments: Attachment[]
  metadata: string | null
  tag: string | null
  replyTo: string | null
  /** What the client got as an answer. */
  answer: string
}

export interface WebhookEvent {
  id: number
  object: Platform
  accountId: string
  /** Events of one lane keep their order. */
  lane: string
  label: string
  element: Record<string, unknown>
  dueAt: number
}

export interface State {
  version: 1
  seed: string
  serial: number
  clockOffsetMs: number
  app: { id: string; name: string; secret: string; verifyToken: string }
  userToken: string
  accounts: Account[]
  people: Person[]
  threads: Thread[]
  faults: Fault[]
  switches: Switches
  sends: Send[]
  /** Reusable uploads by attachment_id. */
  uploads: Record<string, Attachment>
  /** Accepted by Meta but not yet by the client's webhook. */
  queue: WebhookEvent[]
  delivered: number
}

export const defaultSwitches = (): Switches => ({
  deliverTwice: false,
  outOfOrder: false,
  batch: 1,
  delayMs: 0,
  paused: false,
  echo: 'after',
  echoMetadata: 'always',
  instagramTextLimit: 1000,
  humanAgent: true,
  rateLimits: true,
  appUsage: 0,
  fetchAttachments: true,
})

export const MESSAGING_FIELDS: Record<Platform, string[]> = {
  page: [
    'messages',
    'message_echoes',
    'message_edits',
    'message_reactions',
    'message_reads',
    'message_deliveries',
    'messaging_postbacks',
    'messaging_referrals',
  ],
  instagram: [
    'messages',
    'message_edit',
    'message_reactions',
    'messaging_seen',
    'messaging_postbacks',
    'messaging_referral',
  ],
}
