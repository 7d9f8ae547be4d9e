import * as z from 'zod'
import { countLimit } from './chat.ts'
import { instant } from './common.ts'
import { permissionCode, user } from './user.ts'

export const position = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  permissions: z.array(permissionCode),
  isSystem: z.boolean(),
  /** How many people have it. */
  holders: z.number().int(),
  /**
   * The stored list was broken by hand: `unreadable` grants nothing, `unknown_codes` grants only what is known. Saving
   * the permissions mends it.
   */
  fault: z.enum(['unreadable', 'unknown_codes']).nullable(),
  createdAt: instant,
  updatedAt: instant,
})
export type Position = z.infer<typeof position>

/** At most this many people come with a position; all of them are at `/users?position=`. */
export const peopleWithPosition = 50
export const positionDetail = position.extend({ people: z.array(user) })
export type PositionDetail = z.infer<typeof positionDetail>

const name = z.string().trim().min(1).max(255)
const slug = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'only a-z, 0-9 and single hyphens')
  .max(100)
const description = z.string().trim().max(2000).nullable()
const permissions = z.array(permissionCode).max(100)

export const newPosition = z
  .strictObject({ name, slug: slug.optional(), description: description.default(null), permissions })
  .meta({
    example: {
      name: 'Evening team',
      description: 'Answers after five.',
      permissions: ['chat:view:team', 'chat:claim', 'chat:message'],
    },
  })
export type NewPosition = z.output<typeof newPosition>

export const positionChange = z
  .strictObject({ name: name.optional(), description: description.optional(), permissions: permissions.optional() })
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change')
  .meta({ example: { permissions: ['chat:view:assigned', 'chat:message'] } })
export type PositionChange = z.output<typeof positionChange>

export const positionCopy = z
  .strictObject({ name: name.optional() })
  .meta({ example: { name: 'Evening team, trainees' } })

/** What somebody with this position would see. */
export const positionPreview = z.object({
  permissions: z.array(permissionCode),
  chats: z.object({
    /** Whose chats: every one, some, or none. */
    sees: z.enum(['all', 'some', 'none']),
    own: z.boolean(),
    team: z.boolean(),
    unassigned: z.boolean(),
    /**
     * Of a newcomer without chats of their own; each stops at `countLimit`. Null when the asker does not see every chat
     * and would learn figures that are not theirs.
     */
    views: z.record(z.string(), z.number().int().max(countLimit)).nullable(),
  }),
})
export type PositionPreview = z.infer<typeof positionPreview>
