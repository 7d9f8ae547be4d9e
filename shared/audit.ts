import * as z from 'zod'
import { cursorQuery, instant, person } from './common.ts'

/** What is recorded. The words for each belong to the client's catalogue. */
export const auditActions = [
  'sign_in.succeeded',
  'sign_in.failed',
  'sign_out',
  'session.ended',
  'password.changed',
  'password.reset',
  'user.created',
  'user.updated',
  'user.role_changed',
  'user.position_changed',
  'user.activated',
  'user.deactivated',
  'user.availability_changed',
  'users.imported',
  'position.created',
  'position.updated',
  'position.deleted',
  'channel.connected',
  'page.activated',
  'page.deactivated',
  'chat.assigned',
  'event.replayed',
  'deliveries.replayed',
  'delivery.viewed',
  'audit.exported',
] as const
export type AuditAction = (typeof auditActions)[number]

const values = z.record(z.string(), z.unknown())

export const auditEvent = z.object({
  id: z.string(),
  /** The place in the chain. */
  seq: z.number().int(),
  at: instant,
  /** Null: the command line, or somebody who is not signed in. The name is the one of that time. */
  actor: person.nullable(),
  /** One of `auditActions`, or one of a newer version. */
  action: z.string(),
  targetType: z.string(),
  targetId: z.string().nullable(),
  targetName: z.string().nullable(),
  before: values.nullable(),
  after: values.nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string().nullable(),
})
export type AuditEvent = z.infer<typeof auditEvent>

const filters = {
  /** The id of a user. */
  actor: z.string().min(1).max(36).optional(),
  action: z
    .string()
    .regex(/^[a-z_.]{1,64}$/)
    .optional(),
  targetType: z
    .string()
    .regex(/^[a-z_]{1,32}$/)
    .optional(),
  target: z.string().min(1).max(255).optional(),
  from: instant.optional(),
  to: instant.optional(),
}

export const auditFilters = z.strictObject(filters)
export const auditQuery = z.strictObject({ ...filters, ...cursorQuery })
export type AuditFilters = z.infer<typeof auditFilters>
