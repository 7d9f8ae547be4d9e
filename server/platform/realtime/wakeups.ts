import type { Redis, RedisOptions } from 'ioredis'
import type { Logger } from '../log.ts'

/** Word between processes that there is something new. It may be lost at any time: the numbers in SQL tell the rest. */
export interface Wakeups {
  /** Wakes the other processes. */
  tell(): void
  /** False as soon as word may not get through: then the database is asked more often. */
  reliable(): boolean
  stop(): Promise<void>
}

const channel = 'ticklegram:changes'
const heartbeatMs = 5000

export const accessOf = (url: string): RedisOptions | string => {
  const parsed = new URL(url)
  return parsed.protocol === 'unix:' ? { path: decodeURIComponent(parsed.pathname) } : url
}

/** Connects in the background; a Redis that is away, slow or full never holds anything up (RT-8, RUN-12). */
export async function connectWakeups(url: string, log: Logger, onWake: () => void): Promise<Wakeups> {
  const { Redis } = await import('ioredis')
  const open = (options: RedisOptions): Redis => {
    const access = accessOf(url)
    const all = { maxRetriesPerRequest: null, retryStrategy: (n: number) => Math.min(2000, n * 100), ...options }
    return typeof access === 'string' ? new Redis(access, all) : new Redis({ ...access, ...all })
  }
  const ear = open({})
  const mouth = open({ enableOfflineQueue: false, commandTimeout: 1000 })
  let hears = false
  let speaks = false
  let stopped = false

  const note = (heard: boolean, spoke: boolean) => {
    const before = hears && speaks
    hears = heard
    speaks = spoke
    const now = hears && speaks
    if (before !== now && !stopped)
      log.warn({ reliable: now }, now ? 'redis wakes other processes' : 'redis is away: asking the database instead')
  }
  const beat = () => {
    if (mouth.status !== 'ready') return note(hears, false)
    mouth.ping().then(
      () => note(hears, true),
      () => note(hears, false),
    )
  }
  // Failures show in `reliable`; ioredis tries again by itself.
  for (const side of [ear, mouth]) side.on('error', () => {})
  ear.on('close', () => note(false, speaks))
  mouth.on('close', () => note(hears, false))
  mouth.on('ready', beat)
  ear.on('ready', () => {
    ear.subscribe(channel).then(
      () => {
        note(true, speaks)
        // Word sent while we were away.
        onWake()
      },
      () => {},
    )
  })
  ear.on('message', onWake)
  const heart = setInterval(beat, heartbeatMs)
  heart.unref()

  let telling = false
  let tellAgain = false
  const tell = () => {
    tellAgain = true
    if (telling || mouth.status !== 'ready') return
    telling = true
    tellAgain = false
    mouth
      .publish(channel, '')
      .catch(() => note(hears, false))
      .finally(() => {
        telling = false
        if (tellAgain) tell()
      })
  }

  return {
    tell,
    reliable: () => hears && speaks,
    async stop() {
      stopped = true
      clearInterval(heart)
      ear.disconnect()
      mouth.disconnect()
    },
  }
}
