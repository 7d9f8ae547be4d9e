import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castUsers, cookieFor } from '../../test/cast.ts'
import { parseCsv } from '../platform/csv.ts'
import type { Tx } from '../platform/db/transaction.ts'
import { verifyChain } from './chain.ts'
import { auditVerify } from './commands.ts'
import { type AuditEntry, recordAudit } from './record-audit.ts'
import { auditRoutes } from './routes.ts'

let part: Part
let cast: Cast
const day = Date.UTC(2026, 10, 22)
const request = { ip: '192.0.2.7', userAgent: 'Browser', requestId: 'req-1' }
const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: { userId: cast.admin.id, name: cast.admin.name },
  request,
  action: 'user.updated',
  targetType: 'user',
  targetId: cast.ines.id,
  at: day,
  ...more,
})
const record = (...entries: Partial<AuditEntry>[]) =>
  part.ctx.db.transaction(async (tx) => {
    for (const e of entries) recordAudit(tx, entry(e))
  })
const chain = () => verifyChain(part.ctx.db.q)

beforeAll(async () => {
  part = await bootPart({ routes: auditRoutes })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

async function ask(path: string, userId = cast.admin.id) {
  const cookie = await cookieFor(part.ctx, userId)
  return part.http.inject({ url: `/api/v1${path}`, headers: { cookie } })
}

describe('the audit log', () => {
  test('AUD-1: is written with the change, or not at all', async () => {
    const failing = part.ctx.db.transaction(async (tx: Tx) => {
      recordAudit(tx, entry())
      throw new Error('not this time')
    })
    await expect(failing).rejects.toThrow('not this time')
    expect(await chain()).toMatchObject({ sound: true, events: 0 })
    await record({ before: { name: 'Ines' }, after: { name: 'Inês \u0000\ud800 ✓' } }, { actor: null, request: null })
    expect(await chain()).toMatchObject({ sound: true, events: 2 })
    const { items } = (await ask('/audit-events')).json()
    expect(items[1]).toMatchObject({
      seq: 1,
      at: '2026-11-22T00:00:00.000Z',
      actor: { id: cast.admin.id, name: 'Maren Solheim' },
      action: 'user.updated',
      targetId: cast.ines.id,
      before: { name: 'Ines' },
      ip: '192.0.2.7',
      userAgent: 'Browser',
      requestId: 'req-1',
    })
    expect(items[0]).toMatchObject({ seq: 2, actor: null, ip: null })
  })

  test('AUD-1: refuses what sounds like a secret', async () => {
    await expect(record({ after: { password: 'x' } })).rejects.toThrow('must not be written')
    await expect(record({ after: { page: { accessToken: 'x' } } })).rejects.toThrow('must not be written')
  })

  test('AUD-1: stays one chain when many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => record({}, {})))
    expect(await chain()).toMatchObject({ sound: true, events: 42 })
  })

  test('is read by who, what, whom and when, page by page', async () => {
    await record(
      { action: 'position.created', targetType: 'position', targetId: 'p1', at: day + 3_600_000 },
      { actor: { userId: cast.supervisor.id, name: 'Ruth' }, at: day + 7_200_000 },
    )
    const seqs = async (query: string) =>
      (await ask(`/audit-events${query}`)).json().items.map((e: { seq: number }) => e.seq)
    expect(await seqs('?action=position.created')).toEqual([43])
    expect(await seqs(`?actor=${cast.supervisor.id}`)).toEqual([44])
    expect(await seqs('?targetType=position&target=p1')).toEqual([43])
    expect(await seqs('?from=2026-11-22T00:30:00.000Z&to=2026-11-22T01:30:00.000Z')).toEqual([43])
    const first = (await ask('/audit-events?limit=40')).json()
    expect(first.next).toBe('5')
    expect(await seqs(`?limit=40&cursor=${first.next}`)).toEqual([4, 3, 2, 1])
    for (const bad of ['?cursor=x', '?cursor=-1', '?from=yesterday', '?action=%25', '?nonsense=1']) {
      expect((await ask(`/audit-events${bad}`)).statusCode, bad).toBe(400)
    }
  })

  test('INP-5: goes out as CSV in which no cell is a formula, and that is on record', async () => {
    await record({ action: 'position.updated', targetName: '=HYPERLINK("http://x")', after: { note: 'a,"b"\nc' } })
    const answer = await ask('/audit-events/export?action=position.updated')
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/)
    const [head, row, ...rest] = parseCsv(answer.body)
    expect(rest).toEqual([])
    const cell = (name: string) => row?.cells[head?.cells.indexOf(name) ?? -1]
    expect(cell('target_name')).toBe(`'=HYPERLINK("http://x")`)
    expect(cell('after')).toBe(JSON.stringify({ note: 'a,"b"\nc' }))
    const { items } = (await ask('/audit-events?action=audit.exported')).json()
    expect(items).toMatchObject([{ after: { action: 'position.updated' }, actor: { id: cast.admin.id } }])
    expect((await ask('/audit-events/export', cast.supervisor.id)).statusCode).toBe(403)
  })

  test('AUD-1: shows a row that was altered, removed, or cut off the end, and a chain made anew', async () => {
    const { q } = part.ctx.db
    const line = await auditVerify(part.ctx, [])
    expect(line).toMatch(/^The audit log is whole: 46 events\. Head: [0-9a-f]{64}$/)
    expect(await auditVerify(part.ctx, [line.slice(-64)])).toBe(line)
    await expect(auditVerify(part.ctx, ['0'.repeat(64)])).rejects.toThrow('made anew')

    await q.updateTable('audit_events').set({ actor_name: 'Somebody' }).where('seq', '=', 7).execute()
    expect(await chain()).toMatchObject({ sound: false, seq: 7, fault: 'altered' })
    await expect(auditVerify(part.ctx, [])).rejects.toThrow('event 7 was altered')
    await q.updateTable('audit_events').set({ actor_name: cast.admin.name }).where('seq', '=', 7).execute()
    expect(await chain()).toMatchObject({ sound: true })

    await q.deleteFrom('audit_events').where('seq', '=', 46).execute()
    expect(await chain()).toMatchObject({ sound: false, seq: 46, fault: 'cut_off' })
    await q.deleteFrom('audit_events').where('seq', '=', 9).execute()
    expect(await chain()).toMatchObject({ sound: false, seq: 9, fault: 'missing' })
  })
})
