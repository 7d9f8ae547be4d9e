import * as z from 'zod'
import { chat, chatAssignment } from './chat.ts'
import { cursorQuery, errorBody, id, person } from './common.ts'

const note = z.string().trim().min(1).max(500).optional()

export const assignment = z.strictObject({ userId: id.nullable(), note })

export const bulkAssignment = z
  .strictObject({ chatIds: z.array(id).min(1).max(200), userId: id.nullable(), note })
  .meta({
    example: {
      chatIds: ['019a9c3e-0000-7000-8000-000000000001', '019a9c3e-0000-7000-8000-000000000002'],
      userId: '019a9c3e-0000-7000-8000-00000000000a',
      note: 'Evening team',
    },
  })
export type BulkAssignment = z.output<typeof bulkAssignment>

/** What became of one chat: as it stands now, or why it stayed. */
export const assignmentResult = z.object({
  chatId: z.string(),
  chat: chat.nullable(),
  error: errorBody.shape.error.nullable(),
})
export type AssignmentResult = z.infer<typeof assignmentResult>

/** Why the rotation passes somebody by. Nothing of it: they are handed new chats. */
export const obstacle = z.enum(['not_an_agent', 'inactive', 'not_available', 'no_position', 'cannot_answer'])
export type Obstacle = z.infer<typeof obstacle>

export const eligibilityQuery = z.strictObject({
  ...cursorQuery,
  q: z.string().trim().max(100).optional(),
  eligible: z.enum(['true', 'false']).optional(),
})
export type EligibilityQuery = z.output<typeof eligibilityQuery>

/** Who would be handed a chat at this moment, who not and why; and what was decided about this one last. */
export const eligibility = z.object({
  items: z.array(person.extend({ obstacles: z.array(obstacle) })),
  next: z.string().nullable(),
  eligible: z.number().int(),
  /** Whose turn it is. */
  turn: person.nullable(),
  lastDecision: chatAssignment.nullable(),
})
export type Eligibility = z.infer<typeof eligibility>
