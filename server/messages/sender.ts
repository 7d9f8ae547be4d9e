import { performance } from 'node:perf_hooks'
import { channelFor, forgetChannels, type KnownChannel } from '../channels/channel-for.ts'
import type { Ctx } from '../ctx.ts'
import type { GraphFailure } from '../meta/graph.ts'
import { databaseNow, fromDbTime } from '../platform/db/time.ts'
import { newId } from '../platform/ids.ts'
import {
  type Candidate,
  type Claimed,
  claimMessage,
  expireLeases,
  explainPause,
  findCandidates,
  leaseMs,
  nextDue,
} from './claim-message.ts'
import { checkSent, dueChecks, postponeCheck } from './settle-check.ts'
import { settleOutcome } from './settle-outcome.ts'
import { onWakeSender } from './wake-sender.ts'

export interface Sender {
  start(): void
  /** Takes no more and waits for the calls under way, at most nine seconds; what is later than that becomes unknown. */
  stop(): Promise<void>
}

export interface SenderOptions {
  /** Chats served at once. */
  parallel?: number
  pollMs?: number
}

/** A pause shorter than this is not worth a word to the agents. */
const notablePauseMs = 5000
const stopMs = 9000
/** Of the lease: a process that stood still for longer must not send what it took before (SND-9). */
const sendWithinMs = leaseMs / 3

/**
 * Sends what is queued: one message per chat at a time and in order, chats beside each other, accounts within their
 * limits. Any number of processes may do this on one database.
 */
export function createSender(ctx: Ctx, { parallel = 16, pollMs = 1000 }: SenderOptions = {}): Sender {
  const owner = newId()
  const busyChats = new Map<string, Promise<void>>()
  const checking = new Set<Promise<void>>()
  /** Accounts that pause, with the monotonic time of their end. */
  const paused = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null
  let lookAgain = false
  let stopped = true
  let unsubscribe = () => {}

  const wake = () => {
    if (stopped) return
    if (looking) {
      lookAgain = true
      return
    }
    clearTimeout(timer)
    looking = lookAndSend().then((nextInMs) => {
      looking = null
      if (stopped) return
      if (lookAgain) {
        lookAgain = false
        return wake()
      }
      timer = setTimeout(wake, nextInMs)
    })
  }

  /** One look at the outbox. Returns after how many milliseconds the next one is due. */
  async function lookAndSend(): Promise<number> {
    try {
      const now = await databaseNow(ctx.db.q, ctx.db.engine)
      await expireLeases(ctx, now)
      for (const [page, until] of paused) if (until <= performance.now()) paused.delete(page)
      const free = parallel - busyChats.size
      if (free > 0) {
        const candidates = await findCandidates(ctx.db, { now, limit: parallel, pausedPages: [...paused.keys()] })
        for (const candidate of candidates.filter((c) => !busyChats.has(c.chatId)).slice(0, free)) begin(candidate)
      }
      if (checking.size < 2)
        for (const message of await dueChecks(ctx.db, now, 2 - checking.size)) track(checking, check(message))
      const due = await nextDue(ctx.db, now, pollMs)
      const resume = Math.min(...[...paused.values()].map((until) => until - performance.now()))
      return Math.max(5, Math.min(pollMs, resume, due === null ? pollMs : fromDbTime(due) - now + 1))
    } catch (error) {
      ctx.log.error({ err: error }, 'looking at the outbox failed')
      return pollMs
    }
  }

  function begin(candidate: Candidate): void {
    const waitMs = ctx.graph.waitMs(candidate.pageId)
    if (waitMs > 0) {
      pause(candidate.pageId, waitMs)
      lookAgain = true
      return
    }
    const work = deliver(candidate)
      .catch((error: unknown) => ctx.log.error({ err: error, message: candidate.messageId }, 'sending failed'))
      .finally(() => {
        busyChats.delete(candidate.chatId)
        wake()
      })
    busyChats.set(candidate.chatId, work)
  }

  function pause(pageId: string, ms: number): void {
    if (paused.has(pageId)) return
    paused.set(pageId, performance.now() + ms)
    if (ms >= notablePauseMs) track(checking, explainRateLimit(pageId, ms))
  }

  async function explainRateLimit(pageId: string, ms: number): Promise<void> {
    const now = await databaseNow(ctx.db.q, ctx.db.engine)
    await explainPause(ctx, pageId, { reason: 'rate_limited', untilMs: now + ms })
  }

  async function deliver(candidate: Candidate): Promise<void> {
    const channel = await channelFor(ctx, candidate.platform, candidate.pageId)
    if (channel?.tokenState === 'invalid') {
      // Read a moment ago; connected again meanwhile, it will be valid when it is read next.
      paused.set(candidate.pageId, performance.now() + 2 * pollMs)
      return explainPause(ctx, candidate.pageId, { reason: 'token_invalid', untilMs: null })
    }
    const begunAt = performance.now()
    const claimed = await claimMessage(ctx, candidate, owner, channel)
    if (!claimed || !channel) return
    const result = await callMeta(ctx, channel, claimed, begunAt + sendWithinMs)
    if (!result.ok && result.reason === 'token_invalid') return tokenRefused(channel, claimed, result)
    await settleOutcome(ctx, claimed, result)
  }

  async function tokenRefused(channel: KnownChannel, claimed: Claimed, result: GraphFailure): Promise<void> {
    forgetChannels(ctx.db)
    const current = await channelFor(ctx, claimed.platform, claimed.pageId)
    if (current && current.token !== channel.token) {
      // It was connected anew while we used the old token.
      return settleOutcome(ctx, claimed, { ...result, reason: 'temporary', retryable: true })
    }
    await settleOutcome(ctx, claimed, result)
    await explainPause(ctx, claimed.pageId, { reason: 'token_invalid', untilMs: null })
  }

  async function check(message: Parameters<typeof checkSent>[1]): Promise<void> {
    if (await postponeCheck(ctx, message)) await checkSent(ctx, message)
  }

  function track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => ctx.log.error({ err: error }, 'settling failed'))
      .finally(() => set.delete(tracked))
    set.add(tracked)
  }

  return {
    start() {
      if (!stopped) return
      stopped = false
      unsubscribe = onWakeSender(ctx.db.engine, wake)
      wake()
    },
    async stop() {
      stopped = true
      unsubscribe()
      clearTimeout(timer)
      await looking
      const underWay = Promise.allSettled([...busyChats.values(), ...checking])
      let late: NodeJS.Timeout | undefined
      await Promise.race([
        underWay,
        new Promise((resolve) => {
          late = setTimeout(resolve, stopMs)
        }),
      ])
      clearTimeout(late)
    },
  }
}

const callMeta = (ctx: Ctx, channel: KnownChannel, { recipientId, body, messageId, way }: Claimed, notAfter: number) =>
  ctx.graph.sendText(channel, {
    recipientId,
    text: body.text,
    metadata: messageId,
    replyToMid: body.replyToMid,
    humanAgent: way === 'human_agent',
    notAfter,
  })
