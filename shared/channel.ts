import * as z from 'zod'
import { instant } from './common.ts'

export const facebookPage = z.object({
  id: z.string(),
  pageId: z.string(),
  pageName: z.string().nullable(),
  isActive: z.boolean(),
  connectedAt: instant,
})
export type FacebookPage = z.infer<typeof facebookPage>

export const instagramAccount = z.object({
  id: z.string(),
  /** The account's id (IGID), in the column of this name. */
  pageId: z.string(),
  username: z.string().nullable(),
  connectedAt: instant,
})
export type InstagramAccount = z.infer<typeof instagramAccount>

export const pageSwitch = z
  .strictObject({ isActive: z.boolean(), note: z.string().trim().max(1000).optional() })
  .meta({ example: { isActive: false, note: 'Closed for the winter' } })
