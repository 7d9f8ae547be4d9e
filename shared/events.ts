import type { Chat } from './chat.ts'
import type { Message } from './message.ts'

/**
 * What travels over `/api/v1/live`.
 * Every change carries the number it was committed with. Numbers grow without gaps in commit order, so a client that
 * says `resume` with the last number it saw gets everything after it, or `resync` when that is too far back.
 * Views are read at the moment of sending: a repeated or late change never carries older content than an earlier one.
 */
export type Change =
  | { type: 'message.created'; chat: Chat; message: Message }
  | { type: 'message.updated'; chat: Chat; message: Message }
  /** A bubble that turned out to be another message of ours (an echo that came before we knew it). */
  | { type: 'message.removed'; chat: Chat; messageId: string }
  | { type: 'chat.updated'; chat: Chat }
  | { type: 'chat.removed'; chatId: string }
  | { type: 'me.updated' }
  | { type: 'channels.updated' }

export type ServerFrame =
  | { type: 'ready'; seq: number }
  | { type: 'change'; seq: number; change: Change }
  /** Throw away what you have, fetch again, and go on from `seq`. */
  | { type: 'resync'; seq: number }
  | { type: 'pong' }
  | { type: 'error'; code: LiveError }

export type LiveError = 'invalid_frame' | 'unknown_type' | 'too_many_frames'

export type ClientFrame = { type: 'resume'; since: number | null } | { type: 'ping' }

/** Why the server closed the socket: sign in again, come back and resume, or slow down. */
export const closeCode = {
  signedOut: 4401,
  tooSlow: 4409,
  tooManySockets: 4429,
  badFrames: 4400,
  restarting: 1012,
} as const

/** Response header on lists: the change number the answer is at least as new as (RT-3). */
export const seqHeader = 'x-live-seq'
