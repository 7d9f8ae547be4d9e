import { expect, test } from 'vitest'
import { bootTestApp, connectTestChannels } from '../../test/boot.ts'
import { castPassword, castUsers } from '../../test/cast.ts'
import { delivery, pageMessage } from '../../test/meta-payloads.ts'
import { hashPassword } from './password.ts'

test('AUT-1: fifty sign-ins at once hold no webhook up for a second', async () => {
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
    const times: number[] = []
    while (signingIn) {
      const begun = performance.now()
      expect(await app.deliver(delivery('page', pageMessage({ mid: `m_${times.length}`, text: 'Hello' })))).toBe(200)
      times.push(performance.now() - begun)
    }
    expect((await flood).map((a) => a.statusCode)).toEqual(Array(50).fill(201))
    expect(times.length).toBeGreaterThan(10)
    expect(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(1000)
  } finally {
    await app.close()
  }
})
