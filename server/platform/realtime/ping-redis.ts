import { accessOf } from './wakeups.ts'

/** Asks Redis for a sign of life, within two seconds. Rejects with the reason when there is none. */
export async function pingRedis(url: string): Promise<void> {
  const { Redis } = await import('ioredis')
  const once = { lazyConnect: true, connectTimeout: 2000, commandTimeout: 2000, retryStrategy: () => null } as const
  const access = accessOf(url)
  const redis = typeof access === 'string' ? new Redis(access, once) : new Redis({ ...access, ...once })
  let reason: Error | undefined
  redis.on('error', (error: Error) => {
    reason = error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw reason ?? error
  } finally {
    redis.disconnect()
  }
}
