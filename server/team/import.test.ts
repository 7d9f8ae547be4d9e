import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImportFault } from '../../shared/team.ts'
import { bootPart, type Part } from '../../test/boot-part.ts'
import { type Cast, castUsers, cookieFor } from '../../test/cast.ts'
import { verifyChain } from '../audit/chain.ts'
import { authRoutes } from '../auth/routes.ts'
import { insertUser } from './create-user.ts'
import { teamRoutes } from './routes.ts'

let part: Part
let cast: Cast
beforeAll(async () => {
  part = await bootPart({ routes: [...authRoutes, ...teamRoutes] })
  cast = await castUsers(part.ctx)
})
afterAll(() => part.close())

async function send(csv: string, more: { dryRun?: boolean; country?: string } = {}, who = cast.admin.id) {
  const headers = { cookie: await cookieFor(part.ctx, who) }
  const answer = await part.http.inject({
    method: 'POST',
    url: '/api/v1/users/import',
    headers,
    payload: { csv, ...more },
  })
  return { status: answer.statusCode, body: answer.json(), text: answer.body }
}
const people = async () => {
  const { n } = await part.ctx.db.q
    .selectFrom('users')
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return Number(n)
}
const short = (faults: ImportFault[]) => faults.map(({ row, column, code }) => [row, column, code])

describe('a file of people', () => {
  test('is looked through without writing anything, each fault by row and column', async () => {
    const before = await people()
    const { status, body, text } = await send(
      [
        'Name;E-mail;Phone;Country;Employee ID;Role;Position;Password',
        'Good One;good@import.example;912 34 567;NO;G-1;agent;agent-messaging;',
        ';nameless@import.example;;;;;;',
        'No Name To Sign In;;;;;;;',
        'Bad Mail;bad@;;;;;;',
        'Bad Number;;call me;;;;;',
        'Twin;GOOD@import.example;;;;;;',
        'Twin Number;;+47 912-34-567;;;;;',
        'Taken;Ines@CAST.example;;;;;;',
        'Lost;lost@import.example;;;;chief;Night;',
        'Weak;weak@import.example;;;;;;password1',
        'Long;long@import.example;;;;;;;;extra',
        `${'x'.repeat(256)};x@import.example;;;;;;`,
      ].join('\r\n'),
    )
    expect(status).toBe(200)
    expect(short(body.faults)).toEqual([
      [3, 'name', 'required'],
      [4, null, 'no_sign_in_name'],
      [5, 'email', 'invalid'],
      [6, 'contactNumber', 'invalid'],
      [7, 'email', 'repeated'],
      [8, 'contactNumber', 'repeated'],
      [9, 'email', 'taken'],
      [10, 'role', 'invalid'],
      [10, 'position', 'unknown_position'],
      [11, 'password', 'weak_password'],
      [12, null, 'too_many_cells'],
      [13, 'name', 'too_long'],
    ])
    expect(text).not.toContain('password1')
    expect(body).toMatchObject({ dryRun: true, people: 12, made: [] })
    expect(await people()).toBe(before)
  })

  test.each([
    ['', 400, []],
    ['name,email', 200, [[1, null, 'no_rows']]],
    [
      'name,shoe size\nA,1',
      200,
      [
        [1, 'shoe size', 'unknown_column'],
        [1, 'email', 'missing_column'],
      ],
    ],
    [
      'email,email\na@b.no,a@b.no',
      200,
      [
        [1, 'email', 'repeated_column'],
        [1, 'name', 'missing_column'],
      ],
    ],
    [`name,empId\n${'A,1\n'.repeat(2001)}`, 200, [[1, null, 'too_many_rows']]],
  ])('says what is wrong with its first line or size: %#', async (csv, status, faults) => {
    const answer = await send(csv)
    expect(answer.status).toBe(status)
    if (status === 200) expect(short(answer.body.faults)).toEqual(faults)
  })

  test('with one fault makes nobody', async () => {
    const before = await people()
    const csv = 'name,email\nA,a@half.example\nB,b@\n'
    expect(await send(csv, { dryRun: false })).toMatchObject({
      status: 422,
      body: { error: { code: 'import_faults', details: { faults: [{ row: 3, column: 'email', code: 'invalid' }] } } },
    })
    expect(await people()).toBe(before)
  })

  test('makes 220 people at once, with passwords or invitations, each on record', async () => {
    const lines = Array.from({ length: 220 }, (_, i) => {
      const password = i < 4 ? `their own words ${'abcd'[i]}` : ''
      return `Person ${i},person${i}@import.example,"0${i + 4791000000}",agent-messaging,${password}`
    })
    const csv = `name,email,employee id,position,password\n${lines.join('\n')}\n`
    const before = await people()
    const { status, body } = await send(csv, { dryRun: false })
    expect(status).toBe(200)
    expect(body).toMatchObject({ people: 220, faults: [] })
    expect(body.made[0]).toMatchObject({ name: 'Person 0', invitationLink: null })
    const links = body.made.slice(4).map((m: { invitationLink: string }) => m.invitationLink)
    expect(new Set(links).size).toBe(216)
    expect(await people()).toBe(before + 220)
    const signedIn = await part.http.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: 'PERSON2@import.example', password: 'their own words c' },
    })
    expect(signedIn.statusCode).toBe(201)
    const chain = await verifyChain(part.ctx.db.q)
    expect(chain).toMatchObject({ sound: true })
    expect(chain.events).toBeGreaterThanOrEqual(221)
    const again = await send(csv, { dryRun: false })
    expect(again.status).toBe(422)
    expect(await people()).toBe(before + 220)
  }, 30_000)

  test('reads numbers by the country given, and a cell a spreadsheet has marked as text', async () => {
    const csv = "name,phone,country\nA,22 33 44 55,\nB,'+351 912 345 000,\nC,020 7946 0958,GB\n"
    expect((await send(csv, { dryRun: false, country: 'NO' })).status).toBe(200)
    const rows = await part.ctx.db.q
      .selectFrom('users')
      .select(['name', 'contact_number'])
      .where('name', 'in', ['A', 'B', 'C'])
      .orderBy('name')
      .execute()
    expect(rows.map((r) => r.contact_number)).toEqual(['+4722334455', '+351912345000', '+442079460958'])
  })

  test('AZ-5: gives from an inviter only what they hold', async () => {
    const limited = await part.ctx.db.transaction(async (tx) => {
      const permissions_json = '["user:invite","position:assign"]'
      await tx.q.insertInto('positions').values({ name: 'HR', slug: 'hr', permissions_json }).execute()
      const user = {
        name: 'HR',
        email: 'hr@import.example',
        role: 'agent',
        position: 'hr',
        passwordHash: 'none',
      } as const
      return insertUser(tx, { ...user, isActive: true, canReceiveNewChats: false }, Date.now())
    })
    const csv = 'name,empId,role,position\nA,H-1,admin,\nB,H-2,,supervisor\nC,H-3,,HR\n'
    expect(short((await send(csv, {}, limited)).body.faults)).toEqual([
      [2, 'role', 'admins_only'],
      [3, 'position', 'beyond_own'],
    ])
    expect((await send(csv, { dryRun: false }, limited)).status).toBe(422)
    expect((await send(csv, {}, cast.supervisor.id)).status).toBe(403)
  })
})
