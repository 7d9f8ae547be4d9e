import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Bench, startBench, startReceiver } from './test-client.ts'

let bench: Bench

beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const texts = (of: Bench): (string | undefined)[] =>
  of.receiver.elements().map((element) => (element.message as { text?: string } | undefined)?.text)

describe('webhooks', () => {
  it('sign exactly the bytes sent, non-ASCII and slashes escaped', async () => {
    const person = await bench.newPerson('messenger', 'Zoë')
    await bench.control('POST', `threads/${person.id}/messages`, { text: 'Größe 2/3? 🛋️' })
    await vi.waitFor(() => expect(bench.receiver.deliveries).toHaveLength(1))
    const [delivery] = bench.receiver.deliveries
    expect(delivery?.raw).toContain('Gr\\u00f6\\u00dfe 2\\/3? \\ud83d\\udecb\\ufe0f')
    expect(delivery?.signed).toBe(true)
    expect(texts(bench)).toEqual(['Größe 2/3? 🛋️'])
  })

  it('are repeated with the same message until the client answers 200', async () => {
    bench.receiver.answer = (attempt) => [500, 302, 401][attempt - 1]
    const person = await bench.newPerson('instagram')
    await bench.control('POST', `threads/${person.id}/messages`, { text: 'Again' })
    await vi.waitFor(() => expect(bench.receiver.deliveries).toHaveLength(1))
    expect(bench.receiver.attempts).toHaveLength(4)
    expect(new Set(bench.receiver.attempts).size).toBe(1)
  })

  it('keep their order within a thread when the first of them has to be repeated', async () => {
    let refuse = true
    bench.receiver.answer = () => (refuse ? 500 : undefined)
    const person = await bench.newPerson('messenger')
    for (const text of ['one', 'two', 'three']) await bench.control('POST', `threads/${person.id}/messages`, { text })
    const before = bench.receiver.attempts.length
    await vi.waitFor(() => expect(bench.receiver.attempts.length).toBeGreaterThan(before + 2))
    expect(new Set(bench.receiver.attempts).size).toBe(1)
    refuse = false
    await vi.waitFor(() => expect(texts(bench)).toEqual(['one', 'two', 'three']))
  })

  it('give up on an answer that takes too long and try again', async () => {
    await bench.close()
    bench = await startBench({ webhookTimeoutMs: 80 })
    bench.receiver.answer = (attempt) => (attempt === 1 ? 0 : undefined)
    const person = await bench.newPerson('messenger')
    await bench.control('POST', `threads/${person.id}/messages`, { text: 'Slow' })
    await vi.waitFor(() => expect(bench.receiver.deliveries).toHaveLength(1))
    expect(bench.receiver.attempts).toHaveLength(2)
  })

  it('come twice, in batches, delayed or backwards when the switches say so', async () => {
    const people = await Promise.all([bench.newPerson('messenger'), bench.newPerson('messenger')])
    await bench.switches({ deliverTwice: true })
    await bench.control('POST', `threads/${people[0].id}/messages`, { text: 'twice' })
    await vi.waitFor(() => expect(texts(bench)).toEqual(['twice', 'twice']))

    await bench.switches({ deliverTwice: false, paused: true, batch: 3 })
    for (const person of people) {
      await bench.control('POST', `threads/${person.id}/messages`, { text: 'a' })
      await bench.control('POST', `threads/${person.id}/messages`, { text: 'b' })
    }
    await bench.switches({ paused: false })
    await vi.waitFor(() => expect(bench.receiver.elements()).toHaveLength(6))
    expect(bench.receiver.deliveries.slice(2).map((delivery) => delivery.entries.length)).toEqual([3, 1])

    await bench.switches({ batch: 1, outOfOrder: true })
    for (const text of ['first', 'second', 'third']) {
      await bench.control('POST', `threads/${people[0].id}/messages`, { text })
    }
    await vi.waitFor(() => expect(texts(bench).slice(6)).toEqual(['third', 'second', 'first']), 3_000)
  })

  it('survive a restart of the sandbox while the client is down', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
    const receiver = await startReceiver()
    const port = Number(new URL(receiver.url).port)
    await receiver.close()
    const first = await startBench({ dataDir: folder }, receiver)
    const person = await first.newPerson('messenger', 'Kept')
    await first.control('POST', `threads/${person.id}/messages`, { text: 'while you were away' })
    await first.close()

    const back = await startReceiver(port)
    const second = await startBench({ dataDir: folder }, back)
    await vi.waitFor(() => expect(texts(second)).toEqual(['while you were away']))
    const state = await second.state()
    expect(state.people.map((one) => one.id)).toEqual([person.id])
    expect(state.accounts.map((account) => account.token)).toEqual([first.page.token, first.instagram.token])
    await second.close()
    await back.close()
    rmSync(folder, { recursive: true })
  })

  it('shake hands with the verify token and stop for an account that is not subscribed', async () => {
    expect(await bench.control('POST', 'subscribe', {})).toMatchObject({ ok: true, status: 200 })
    await expect(bench.control('POST', 'subscribe', { verifyToken: 'wrong' })).rejects.toThrow('403')

    const { id, token } = bench.page
    await bench.graph(`/facebook/${id}/subscribed_apps?access_token=${token}`, { method: 'DELETE' })
    const silent = await bench.writer('messenger')
    const heard = await bench.writer('instagram')
    await vi.waitFor(() => expect(bench.receiver.elements()).toHaveLength(1))
    expect(bench.receiver.elements()[0]?.sender).toEqual({ id: heard.id })
    const again = await bench.graph(
      `/facebook/${id}/subscribed_apps?subscribed_fields=messages&access_token=${token}`,
      {
        method: 'POST',
      },
    )
    expect(again.body).toEqual({ success: true })
    await bench.control('POST', `threads/${silent.id}/messages`, { text: 'Now?' })
    await vi.waitFor(() => expect(texts(bench)).toContain('Now?'))
  })

  it('deliver the whole history with its own times, each message once', async () => {
    await bench.close()
    bench = await startBench({ world: 'nordlys' })
    const now = Date.now()
    const { events } = await bench.control<{ events: number }>('POST', 'deliver-history', {})
    expect(bench.receiver.elements()).toHaveLength(events)
    expect(bench.receiver.deliveries.every((delivery) => delivery.signed)).toBe(true)
    const messages = bench.receiver.elements().filter((element) => element.message !== undefined)
    const mids = messages.map((element) => (element.message as { mid: string }).mid)
    expect(mids.length).toBeGreaterThanOrEqual(100)
    expect(new Set(mids).size).toBe(mids.length)
    const times = messages.map((element) => Number(element.timestamp))
    expect(Math.max(...times)).toBeLessThan(now)
    expect(Math.min(...times)).toBeLessThan(now - 5 * 86_400_000)
    const platforms = (await bench.state()).people.map((person) => person.platform)
    expect(platforms.filter((platform) => platform === 'page').length).toBeGreaterThanOrEqual(5)
    expect(platforms.filter((platform) => platform === 'instagram').length).toBeGreaterThanOrEqual(5)
  })
})

describe('what the customer does', () => {
  it('reaches the client in the words of each platform', async () => {
    const messenger = await bench.newPerson('messenger')
    const instagram = await bench.newPerson('instagram')
    const act = (id: string, what: string, body: unknown = {}) => bench.control('POST', `threads/${id}/${what}`, body)
    for (const { id } of [messenger, instagram]) {
      await act(id, 'messages', { kind: 'picture', name: 'sofa' })
      await act(id, 'messages', { kind: 'sticker' })
      await act(id, 'messages', { text: 'Wrng word' })
      await act(id, 'edit', { text: 'Wrong word' })
      await act(id, 'unsend')
      await act(id, 'page-reply', { text: 'From the app' })
      await act(id, 'reaction', { reaction: 'love' })
      await act(id, 'read')
    }
    await act(instagram.id, 'messages', { kind: 'story_reply', text: 'Lovely' })
    await vi.waitFor(async () => expect((await bench.state()).webhook.waiting).toBe(0))
    const of = (id: string) =>
      bench.receiver.elements().filter((element) => JSON.stringify([element.sender, element.recipient]).includes(id))

    const page = of(messenger.id)
    expect(page.map((element) => Object.keys(element)[3])).toEqual([
      'message',
      'message',
      'message',
      'message_edit',
      'message',
      'message',
      'delivery',
      'reaction',
      'read',
    ])
    expect(page[1]?.message).toMatchObject({
      attachments: [{ type: 'sticker', payload: { sticker_id: 369239263222822 } }],
    })
    expect(page[3]?.message_edit).toMatchObject({ text: 'Wrong word', num_edit: 1 })
    expect(page[4]?.message).toMatchObject({ is_deleted: true })
    expect(page[5]?.message).toMatchObject({ is_echo: true, app_id: 26390203743090 })
    expect(page[8]?.read).toEqual({ watermark: page[5]?.timestamp })

    const gram = of(instagram.id)
    const echo = gram[5]?.message as { mid: string }
    expect(gram[3]?.message_edit).toMatchObject({ num_edit: '1' })
    expect(echo).toMatchObject({ is_echo: true, text: 'From the app' })
    expect(echo).not.toHaveProperty('app_id')
    expect(gram.some((element) => element.delivery)).toBe(false)
    expect(gram[7]?.read).toEqual({ mid: echo.mid })
    expect(gram[8]?.message).toMatchObject({ reply_to: { story: { id: expect.any(String), url: expect.any(String) } } })
  })
})
