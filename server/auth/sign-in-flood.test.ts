import { expect, test } from 'vitest'
import { bootTestApp, connectTestChannels } from '../../test/boot.ts'
import { castPassword, castUsers } from '../../test/cast.ts'
import { delivery, pageMessage } from '../../test/meta-payloads.ts'
import { hashPassword } from './password.ts'

test('AUT-1: while fifty sign-ins are checked, webhooks go on being answered', async () => {
  const app = await bootTestApp({ start: true })
  try {
    await connectTestChannels(app)
    const cast = await castUsers(app.ctx)
    await app.ctx.db.q
      .updateTable('users')
      .set({ password_hash: await hashPassword(castPassword) })
      .execute()
    await app.deliver(delivery('page', pageMessage({ mid: 'm_before', text: 'Hello' })))
    let signingIn = true
    const payload = { login: cast.ines.email, password: castPassword }
    const flood = Promise.all(
      Array.from({ length: 50 }, () => app.http.inject({ method: 'POST', url: '/api/v1/session', payload })),
    ).finally(() => {
      signingIn = false
    })
    // One after the other: if a hash held up the loop, or all of them its threads, hardly any would get through.
    let answered = 0
    while (signingIn) {
      expect(await app.deliver(delivery('page', pageMessage({ mid: `m_${answered}`, text: 'Hello' })))).toBe(200)
      answered++
    }
    expect((await flood).map((a) => a.statusCode)).toEqual(Array(50).fill(201))
    expect(answered).toBeGreaterThan(10)
  } finally {
    await app.close()
  }
})
