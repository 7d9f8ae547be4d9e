import * as z from 'zod'

const id = z.string().min(1).max(200)
const stickers = ['heart', 'thumb'] as const

export const newPerson = z.object({
  platform: z.enum(['instagram', 'messenger']),
  name: z.string().trim().min(1).max(300),
  username: z.string().max(60).optional(),
  accountId: id.optional(),
})

export const changedPerson = z.object({
  name: z.string().trim().min(1).max(300).optional(),
  blocked: z.boolean().optional(),
  profileVisible: z.boolean().optional(),
})

const target = { replyTo: id.optional(), text: z.string().min(1).max(20_000).optional() }

/** What the customer does; `kind` may be left out for plain text. */
export const newMessageBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), ...target, text: z.string().min(1).max(20_000) }),
  z.object({
    kind: z.literal('picture'),
    ...target,
    name: z.string().max(60).optional(),
    url: z.string().max(2_000).optional(),
  }),
  z.object({ kind: z.literal('voice'), ...target, seconds: z.number().int().min(1).max(120).optional() }),
  z.object({
    kind: z.literal('file'),
    ...target,
    name: z.string().max(200).optional(),
    url: z.string().max(2_000).optional(),
  }),
  z.object({ kind: z.literal('sticker'), ...target, sticker: z.enum(stickers).optional() }),
  z.object({ kind: z.literal('share'), ...target, what: z.enum(['post', 'reel', 'link']).optional() }),
  z.object({ kind: z.literal('story_reply'), ...target, text: z.string().min(1).max(20_000) }),
  z.object({ kind: z.literal('story_mention'), ...target }),
  z.object({ kind: z.literal('ad'), ...target, title: z.string().max(100).optional() }),
])

export type NewMessageBody = z.infer<typeof newMessageBody>

export const typing = z.object({ on: z.boolean() })
export const phone = z.object({ open: z.boolean() })
export const phones = z.object({ threads: z.array(id).max(10) })
export const pageReply = z.object({ text: z.string().min(1).max(2_000), appId: z.string().regex(/^\d+$/).optional() })
export const edit = z.object({ mid: id.optional(), text: z.string().min(1).max(20_000) })
export const unsend = z.object({ mid: id.optional() })
export const reaction = z.object({
  mid: id.optional(),
  reaction: z.enum(['smile', 'angry', 'sad', 'wow', 'love', 'like', 'dislike']).nullable().default('love'),
})
export const history = z.object({ timeoutMs: z.number().int().min(1).max(600_000).default(60_000) })
export const bulk = z.object({
  people: z.number().int().min(0).max(10_000).default(0),
  messages: z.number().int().min(0).max(100_000).default(0),
  wait: z.boolean().default(false),
})

export const faults = z.array(
  z.object({
    kind: z.enum([
      'error',
      'rate_limited',
      'token_expired',
      'server_error',
      'timeout',
      'timeout_after_success',
      'reset',
      'reset_after_success',
      'garbage',
      'html',
      'empty',
      'slow',
    ]),
    times: z.number().int().min(1).nullable().default(null),
    scope: z.enum(['send', 'all']).default('send'),
    accountId: id.nullable().default(null),
    recipientId: id.nullable().default(null),
    status: z.number().int().min(200).max(599).nullable().default(null),
    code: z.number().int().nullable().default(null),
    subcode: z.number().int().nullable().default(null),
    message: z.string().max(500).nullable().default(null),
    transient: z.boolean().default(false),
    stored: z.boolean().optional(),
    ms: z.number().int().min(0).max(600_000).default(3_000),
  }),
)

export const switches = z
  .object({
    deliverTwice: z.boolean(),
    outOfOrder: z.boolean(),
    batch: z.number().int().min(1).max(1_000),
    delayMs: z.number().int().min(0).max(600_000),
    paused: z.boolean(),
    echo: z.enum(['before', 'after', 'twice', 'never']),
    echoMetadata: z.enum(['always', 'page', 'never']),
    instagramTextLimit: z.union([z.literal(1_000), z.literal(2_000)]),
    humanAgent: z.boolean(),
    rateLimits: z.boolean(),
    appUsage: z.number().int().min(0).max(100),
    fetchAttachments: z.boolean(),
  })
  .partial()

export const clock = z.object({ offsetMs: z.number().int().optional(), advanceMs: z.number().int().optional() })
export const account = z.object({ messageAccess: z.boolean().optional(), tokenExpired: z.boolean().optional() })
export const subscribe = z.object({ url: z.url().optional(), verifyToken: z.string().optional() })
export const reset = z.object({ world: z.enum(['nordlys', 'empty']).optional() })
