import * as z from 'zod'
import { instant } from './common.ts'
import { limits, me, newPassword, permissionCode } from './user.ts'

/** Oneself, as signed in here: `permissions` are empty while `mustSetUpTotp` says what has to be done first. */
export const myself = me.extend({ mustSetUpTotp: z.boolean() })

export const passwordResetRequest = z.strictObject({ email: z.string().trim().min(1).max(limits.email) })

/** Any text may be a token that does not work; all of them get one answer. */
const linkToken = z.string().max(500)

export const linkParams = z.strictObject({ token: linkToken })

/** What a one-time link is for, to greet its person. */
export const oneTimeLink = z.object({
  purpose: z.enum(['reset', 'invitation']),
  name: z.string(),
  email: z.string().nullable(),
  expiresAt: instant,
})
export type OneTimeLink = z.infer<typeof oneTimeLink>

export const linkUse = z.strictObject({ token: linkToken, password: newPassword })

export const currentPassword = z.strictObject({ password: z.string().min(1).max(limits.password) })

export const totpState = z.object({
  isOn: z.boolean(),
  /** Whether this person must have it. */
  isRequired: z.boolean(),
  recoveryCodesLeft: z.number().int(),
})
export type TotpState = z.infer<typeof totpState>

/** For an authenticator app: the secret to type, and the address a QR code holds. */
export const totpEnrolment = z.object({ secret: z.string(), uri: z.string() })
export type TotpEnrolment = z.infer<typeof totpEnrolment>

export const totpCode = z.strictObject({ code: z.string().trim().min(1).max(64) })

/** Shown once; each works once in place of a code. */
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) })

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  /** What it was made for; what its maker no longer holds it cannot do. */
  permissions: z.array(permissionCode),
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: instant.nullable(),
})
export type ApiToken = z.infer<typeof apiToken>

export const newApiToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  permissions: z.array(permissionCode).min(1).max(50),
  expiresInDays: z.number().int().min(1).max(366),
  password: z.string().min(1).max(limits.password),
})

/** `token` is shown this once and cannot be read again. */
export const madeApiToken = apiToken.extend({ token: z.string() })
