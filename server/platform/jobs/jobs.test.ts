import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { testDatabaseUrl, testEngine } from '../../../test/database.ts'
import { migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open.ts'
import { dbTime } from '../db/time.ts'
import { createLog } from '../log.ts'
import { createJobs, type JobSettings, type Jobs } from './jobs.ts'
import { sweepFinishedJobs } from './queries.ts'

let stored: Awaited<ReturnType<typeof testDatabaseUrl>>
let db: Database
const log = createLog('silent')
const started: Jobs[] = []

beforeAll(async () => {
  stored = await testDatabaseUrl()
  db = await openDatabase(stored.url)
  await migrate(db)
})

afterAll(async () => {
  await db.close()
  await stored.drop()
})

afterEach(async () => {
  for (const jobs of started.splice(0)) await jobs.stop()
  await db.q.deleteFrom('jobs').execute()
})

/** One process's jobs. */
function process(settings: JobSettings = {}, on = db): Jobs {
  const jobs = createJobs(on, log, { pollMs: 25, ...settings })
  started.push(jobs)
  return jobs
}

const rowOf = (kind: string) => db.q.selectFrom('jobs').selectAll().where('kind', '=', kind).executeTakeFirst()
const until = (what: () => unknown) =>
  vi.waitFor(async () => expect(await what()).toBeTruthy(), { timeout: 10_000, interval: 10 })
const gate = () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}

describe('jobs', () => {
  test('run once the transaction that asked for them is committed, and never after a rollback', async () => {
    const jobs = process({ pollMs: 60_000 })
    const seen: unknown[] = []
    jobs.register('greet', async (job) => {
      seen.push(job.payload)
    })
    await jobs.start()
    const refused = db.transaction(async (tx) => {
      await jobs.enqueue(tx, { kind: 'greet', payload: 'never' })
      throw new Error('changed my mind')
    })
    await expect(refused).rejects.toThrow('changed my mind')
    await db.transaction((tx) => jobs.enqueue(tx, { kind: 'greet', payload: { name: 'Ines' } }))
    await until(async () => (await rowOf('greet'))?.done_at)
    expect(seen).toEqual([{ name: 'Ines' }])
    expect((await rowOf('greet'))?.last_error).toBeNull()
  })

  test('of two processes are each done by one', async () => {
    // On SQLite there is one connection: a second one in this process would block the first while it waits for it.
    const other = testEngine === 'sqlite' ? db : await openDatabase(stored.url)
    const done: number[] = []
    for (const on of [db, other]) {
      const jobs = process({}, on)
      jobs.register('count', async (job) => {
        done.push(job.payload as number)
      })
      await jobs.start()
    }
    const [first] = started as [Jobs, Jobs]
    await db.transaction(async (tx) => {
      for (let n = 0; n < 60; n++) await first.enqueue(tx, { kind: 'count', payload: n })
    })
    await until(() => done.length >= 60)
    for (const jobs of started.splice(0)) await jobs.stop()
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n))
    if (other !== db) await other.close()
  })

  test('that fail come back later and are kept as failed after the last try', async () => {
    const jobs = process()
    let tries = 0
    jobs.register(
      'break',
      async (job) => {
        tries = job.attempt
        throw new Error('the other side is away')
      },
      { maxAttempts: 3, backoffMs: 10 },
    )
    await jobs.start()
    await db.transaction((tx) => jobs.enqueue(tx, { kind: 'break', payload: null, dedupeKey: 'break:1' }))
    await until(async () => (await rowOf('break'))?.done_at)
    expect(tries).toBe(3)
    expect(await rowOf('break')).toMatchObject({ attempts: 3, last_error: 'the other side is away', dedupe_key: null })
  })

  test('with one key wait as one, and a request during the run makes it run once more', async () => {
    const jobs = process()
    const { open, opened } = gate()
    const seen: unknown[] = []
    jobs.register('profile', async (job) => {
      seen.push(job.payload)
      if (seen.length === 1) await opened
    })
    const ask = (payload: number) =>
      db.transaction((tx) => jobs.enqueue(tx, { kind: 'profile', payload, dedupeKey: 'profile:1' }))
    await ask(1)
    await ask(2)
    await jobs.start()
    await until(() => seen.length === 1)
    await ask(3)
    await ask(4)
    open()
    await until(async () => (await rowOf('profile'))?.done_at)
    expect(seen).toEqual([2, 4])
    await ask(5)
    await until(() => seen.length === 3)
  })

  test('are not started before their time', async () => {
    const jobs = process()
    const seen: unknown[] = []
    jobs.register('later', async (job) => {
      seen.push(job.payload)
    })
    await jobs.start()
    await db.transaction(async (tx) => {
      await jobs.enqueue(tx, { kind: 'later', payload: 'in an hour', delayMs: 3_600_000 })
      await jobs.enqueue(tx, { kind: 'later', payload: 'soon', delayMs: 50 })
    })
    await until(() => seen.length === 1)
    expect(seen).toEqual(['soon'])
  })

  test('that ask to come back do, without counting as failed', async () => {
    const jobs = process()
    const attempts: number[] = []
    jobs.register(
      'look again',
      async (job) => {
        attempts.push(job.attempt)
        return attempts.length < 4 ? { againInMs: 5 } : undefined
      },
      { maxAttempts: 2 },
    )
    await jobs.start()
    await db.transaction((tx) => jobs.enqueue(tx, { kind: 'look again', payload: null }))
    await until(async () => (await rowOf('look again'))?.done_at)
    expect(attempts).toEqual([1, 1, 1, 1])
  })

  test('of a process that died are taken over when the lease runs out, and given up after the last try', async () => {
    const jobs = process()
    const seen: number[] = []
    jobs.register('survive', async (job) => {
      seen.push(job.attempt)
    })
    jobs.register('crash', async () => {
      throw new Error('must not run again')
    })
    const lost = { payload_json: 'null', locked_by: 'a dead process', locked_until: dbTime(Date.now() - 1000) }
    await db.q
      .insertInto('jobs')
      .values({ id: 'one', kind: 'survive', attempts: 1, ...lost })
      .execute()
    await db.q
      .insertInto('jobs')
      .values({ id: 'two', kind: 'crash', attempts: 8, ...lost })
      .execute()
    await jobs.start()
    await until(async () => (await rowOf('survive'))?.done_at)
    await until(async () => (await rowOf('crash'))?.done_at)
    expect(seen).toEqual([2])
    expect((await rowOf('crash'))?.last_error).toContain('process ended')
  })

  test('of a frozen process that comes back change nothing', async () => {
    const jobs = process()
    const { open, opened } = gate()
    let aborted = false
    jobs.register(
      'freeze',
      async (job) => {
        job.signal.addEventListener('abort', () => {
          aborted = true
        })
        await opened
      },
      { leaseMs: 90 },
    )
    await jobs.start()
    await db.transaction((tx) => jobs.enqueue(tx, { kind: 'freeze', payload: null }))
    await until(async () => (await rowOf('freeze'))?.locked_by)
    await db.q
      .updateTable('jobs')
      .set({ locked_by: 'somebody else', locked_until: dbTime(Date.now() + 60_000) })
      .execute()
    await until(() => aborted)
    open()
    await jobs.stop()
    expect(await rowOf('freeze')).toMatchObject({ locked_by: 'somebody else', done_at: null })
  })

  test('that recur run again and again, one row for all processes, also after a failure', async () => {
    const times: number[] = []
    for (let n = 0; n < 2; n++) {
      const jobs = process()
      jobs.register(
        'tidy',
        async () => {
          times.push(Date.now())
          if (times.length === 2) throw new Error('not this time')
        },
        { every: 20, maxAttempts: 1, backoffMs: 10 },
      )
      await jobs.start()
    }
    await until(() => times.length >= 5)
    const rows = await db.q.selectFrom('jobs').select('id').where('kind', '=', 'tidy').execute()
    expect(rows).toHaveLength(1)
  })

  test('RUN-1: a stop waits for what runs and starts nothing more', async () => {
    const jobs = process({ concurrency: 1 })
    const { open, opened } = gate()
    const seen: string[] = []
    jobs.register('slow', async (job) => {
      seen.push(`begin ${job.payload}`)
      await opened
      seen.push(`end ${job.payload}`)
    })
    await jobs.start()
    await db.transaction(async (tx) => {
      await jobs.enqueue(tx, { kind: 'slow', payload: 'a' })
      await jobs.enqueue(tx, { kind: 'slow', payload: 'b' })
    })
    await until(() => seen.length === 1)
    const stopping = jobs.stop()
    open()
    await stopping
    expect(seen).toEqual(['begin a', 'end a'])
    const rows = await db.q
      .selectFrom('jobs')
      .select(['done_at', 'locked_by'])
      .where('kind', '=', 'slow')
      .orderBy('id')
      .execute()
    expect(rows.map((row) => row.done_at !== null)).toEqual([true, false])
    expect(rows[1]?.locked_by).toBeNull()
  })

  test('RUN-1: a stop does not wait for a handler that never ends', async () => {
    const jobs = process({ stopMs: 100 })
    const hung = gate()
    let aborted = false
    jobs.register('hang', async (job) => {
      job.signal.addEventListener('abort', () => {
        aborted = true
      })
      await hung.opened
    })
    await jobs.start()
    await db.transaction((tx) => jobs.enqueue(tx, { kind: 'hang', payload: null }))
    await until(async () => (await rowOf('hang'))?.locked_by)
    await jobs.stop()
    expect(aborted).toBe(true)
    hung.open()
    await until(async () => (await rowOf('hang'))?.done_at)
  })

  test('that ended long ago are swept, failed ones kept for longer', async () => {
    const ago = (days: number) => dbTime(Date.now() - days * 86_400_000)
    const row = (id: string, done_at: string | null, last_error: string | null) => ({
      id,
      kind: 'old',
      payload_json: 'null',
      done_at,
      last_error,
    })
    await db.q
      .insertInto('jobs')
      .values([
        row('a', ago(2), null),
        row('b', ago(0.5), null),
        row('c', ago(2), 'failed'),
        row('d', ago(31), 'failed'),
        row('e', null, null),
      ])
      .execute()
    expect(await sweepFinishedJobs(db)).toBe(2)
    const left = await db.q.selectFrom('jobs').select('id').orderBy('id').execute()
    expect(left.map((r) => r.id)).toEqual(['b', 'c', 'e'])
  })
})
