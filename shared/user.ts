import * as z from 'zod'
import { type Permission, permissionCodes } from './permissions.ts'

export const role = z.enum(['admin', 'agent'])
export type Role = z.infer<typeof role>

/** Lengths of the columns, so that both engines refuse the same input. */
export const limits = { name: 255, email: 255, contactNumber: 50, empId: 100, country: 100, password: 1024 } as const

export const permissionCode = z.enum(permissionCodes as [Permission, ...Permission[]])

export const user = z.object({
  id: z.string(),
  name: z.string(),
  role,
  positionId: z.string().nullable(),
  positionName: z.string().nullable(),
  isActive: z.boolean(),
  canReceiveNewChats: z.boolean(),
})
export type User = z.infer<typeof user>

export const me = user.extend({
  email: z.string().nullable(),
  contactNumber: z.string().nullable(),
  empId: z.string().nullable(),
  permissions: z.array(permissionCode),
  /** True while the server plays with the sandbox instead of Meta. */
  sandboxUrl: z.string().nullable(),
})
export type Me = z.infer<typeof me>

export const signIn = z.strictObject({
  login: z.string().trim().min(1).max(255),
  password: z.string().min(1).max(limits.password),
  /** Where a contact number without its country is from, as two letters of ISO 3166. */
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'two letters, like NO')
    .optional(),
  /** The second step, asked for by `code_required`: six digits, or a recovery code. */
  code: z.string().trim().min(1).max(64).optional(),
})

export const newPassword = z.string().min(8, 'At least 8 characters').max(limits.password)

export const setUp = z.strictObject({
  token: z.string().min(1).max(200),
  name: z.string().trim().min(1).max(limits.name),
  email: z.email().max(limits.email),
  password: newPassword,
})
