import type { Platform } from '../../shared/common.ts'

/** A connected page or Instagram account, with what a call in its name needs. */
export interface Channel {
  platform: Platform
  /** The page's id, or the Instagram account's. */
  pageId: string
  /** In clear; never stored, logged or answered. */
  token: string
  /** Which login the token came from: graph.facebook.com or graph.instagram.com. */
  flavour: 'facebook' | 'instagram'
  isActive: boolean
}
