import * as z from 'zod'
import { cursorQuery, id, instant, pageOf, person } from './common.ts'
import { limits, newPassword, role, user } from './user.ts'

const yesOrNo = z.enum(['true', 'false'])

export const usersQuery = z.strictObject({
  ...cursorQuery,
  /** Only who may be given new chats by the rotation. */
  assignable: yesOrNo.default('false'),
  /** Part of the name; for whoever manages people also of the e-mail, the number or the employee id. */
  q: z.string().trim().max(100).optional(),
  role: role.optional(),
  /** The id of a position, or `none`. */
  position: z.union([id, z.literal('none')]).optional(),
  active: yesOrNo.optional(),
  available: yesOrNo.optional(),
})
export type UsersQuery = z.output<typeof usersQuery>

export const directoryUser = user.extend({
  /** Chats assigned to them, as far as the asker may see them. */
  assignedChats: z.number().int(),
  /** Of the sessions they have; null without one. */
  lastSeenAt: instant.nullable(),
  createdAt: instant,
  /** Null for whoever only hands out chats. */
  profile: z
    .object({
      email: z.string().nullable(),
      contactNumber: z.string().nullable(),
      country: z.string().nullable(),
      empId: z.string().nullable(),
      /** Has not chosen a password yet. */
      isInvited: z.boolean(),
    })
    .nullable(),
})
export type DirectoryUser = z.infer<typeof directoryUser>

/** Of the whole team, whatever the filter; `matching` is of this list. */
export const teamTotals = z.object({
  people: z.number().int(),
  active: z.number().int(),
  /** Active agents who take new chats. */
  available: z.number().int(),
  admins: z.number().int(),
  matching: z.number().int(),
})
export const directory = pageOf(directoryUser).extend({ totals: teamTotals })
export type Directory = z.infer<typeof directory>

const name = z.string().trim().min(1).max(limits.name)
const text = (length: number) =>
  z
    .string()
    .trim()
    .max(length)
    .transform((t) => (t === '' ? null : t))
    .nullable()
const note = z.string().trim().max(1000).optional()

const identity = {
  name,
  email: text(limits.email),
  /** In any usual spelling; without `+` it is taken to be of the country. */
  contactNumber: text(limits.contactNumber),
  /** Two letters of ISO 3166, like NO. */
  country: text(limits.country),
  empId: text(limits.empId),
}

export const newTeamMember = z
  .strictObject({
    name,
    email: identity.email.optional(),
    contactNumber: identity.contactNumber.optional(),
    country: identity.country.optional(),
    empId: identity.empId.optional(),
    role: role.default('agent'),
    positionId: id.nullable().default(null),
    canReceiveNewChats: z.boolean().default(true),
    /** Left out: they choose one by the invitation's link. */
    password: newPassword.optional(),
  })
  .meta({ example: { name: 'Ines Duarte', email: 'ines@example.com', contactNumber: '912 345 678', country: 'PT' } })
export type NewTeamMember = z.output<typeof newTeamMember>

/** `invitationLink` is shown this one time, to hand over; null for who was given a password. */
export const madeUser = z.object({ user: directoryUser, invitationLink: z.string().nullable() })

export const userChange = z
  .strictObject(identity)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change')
  .meta({ example: { name: 'Ines Duarte Costa', empId: 'E-17' } })
export type UserChange = z.output<typeof userChange>

/** Of oneself. Sign-in names ask for the current password. */
export const meChange = z
  .strictObject({
    ...identity,
    canReceiveNewChats: z.boolean(),
    currentPassword: z.string().min(1).max(limits.password),
  })
  .omit({ empId: true })
  .partial()
export type MeChange = z.output<typeof meChange>

export const passwordChange = z.strictObject({
  currentPassword: z.string().min(1).max(limits.password),
  newPassword,
})

export const positionOfUser = z.strictObject({ positionId: id.nullable() })
export const roleOfUser = z.strictObject({ role })
export const activeChange = z.strictObject({ isActive: z.boolean(), note }).meta({
  example: { isActive: false, note: 'Left the company' },
})
export const availabilityOfUser = z.strictObject({ canReceiveNewChats: z.boolean() })
export const passwordOfUser = z.strictObject({ password: newPassword })

/** What became of somebody's chats when they were deactivated. */
export const activeOutcome = z.object({
  user: directoryUser,
  chats: z.object({ handedOver: z.number().int(), unassigned: z.number().int() }),
})

export const importBody = z
  .strictObject({
    /** The file's text: comma, semicolon or tab; the first line names the columns. */
    csv: z.string().min(1).max(900_000),
    /** Look only: nothing is written. */
    dryRun: z.boolean().default(true),
    /** Where contact numbers without their country are from, if the row does not say. */
    country: z.string().trim().max(limits.country).optional(),
  })
  .meta({ example: { csv: 'name,email,position\nInes Duarte,ines@example.com,agent-messaging\n', dryRun: true } })

export const importColumns = [
  'name',
  'email',
  'contactNumber',
  'country',
  'empId',
  'role',
  'position',
  'password',
] as const
export type ImportColumn = (typeof importColumns)[number]

export const importFault = z.object({
  /** The line of the file; the first line is 1. */
  row: z.number().int(),
  column: z.string().nullable(),
  code: z.enum([
    'unknown_column',
    'missing_column',
    'repeated_column',
    'no_rows',
    'too_many_rows',
    'too_many_cells',
    'required',
    'invalid',
    'too_long',
    'no_sign_in_name',
    'taken',
    'repeated',
    'unknown_position',
    'beyond_own',
    'admins_only',
    'weak_password',
  ]),
  message: z.string(),
  value: z.string().nullable(),
})
export type ImportFault = z.infer<typeof importFault>

export const importOutcome = z.object({
  dryRun: z.boolean(),
  people: z.number().int(),
  faults: z.array(importFault),
  /** Made people; the link is shown this one time, null for who came with a password. */
  made: z.array(z.object({ id: z.string(), name: z.string(), invitationLink: z.string().nullable() })),
})
export type ImportOutcome = z.infer<typeof importOutcome>

/** A change of whether somebody, or a page, is active. */
export const statusLog = z.object({
  id: z.string(),
  /** The user, or the page by Meta's id. */
  subject: person,
  changedTo: z.boolean(),
  changedAt: instant,
  /** Without an id where an earlier program wrote the name only. */
  changedBy: z.object({ id: z.string().nullable(), name: z.string() }),
  note: z.string().nullable(),
})
export type StatusLog = z.infer<typeof statusLog>

export const statusLogsQuery = z.strictObject({
  ...cursorQuery,
  /** A user's id, or a page's id at Meta. */
  of: z
    .string()
    .regex(/^[0-9A-Za-z._:-]{1,255}$/)
    .optional(),
})

export const ownSession = z.object({
  id: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  isThisOne: z.boolean(),
})
export type OwnSession = z.infer<typeof ownSession>
