import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Bench, SECRET, startBench } from './test-client.ts'

let bench: Bench

beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const HOUR = 3_600_000
const echoes = (): Record<string, unknown>[] =>
  bench.receiver
    .elements()
    .map((element) => element.message as Record<string, unknown> | undefined)
    .filter((message): message is Record<string, unknown> => message?.is_echo === true)

describe('a send', () => {
  it('answers with the ids, lands in the thread and comes back as an echo with its metadata', async () => {
    for (const platform of ['messenger', 'instagram'] as const) {
      const person = await bench.writer(platform)
      const sent = await bench.send(person, { text: 'We have it — yes', metadata: `out:${platform}` })
      expect(sent).toMatchObject({ status: 200, body: { recipient_id: person.id, message_id: expect.any(String) } })
      const mid = sent.body.message_id
      await vi.waitFor(() => expect(echoes().map((echo) => echo.mid)).toContain(mid))
      expect(echoes().find((echo) => echo.mid === mid)).toMatchObject({
        text: 'We have it — yes',
        metadata: `out:${platform}`,
      })
      expect((await bench.thread(person.id)).messages.at(-1)).toMatchObject({ mid, from: 'page' })
    }
    expect(echoes()[0]).toMatchObject({ app_id: 987650001112223 })
    expect((await bench.sends()).map((send) => send.metadata)).toEqual(['out:messenger', 'out:instagram'])
  })

  it('reports delivery by watermark on Messenger and a read when the phone lies open', async () => {
    const person = await bench.writer('messenger')
    await bench.control('POST', `threads/${person.id}/phone`, { open: true })
    const sent = await bench.send(person, { text: 'Seen?' })
    await vi.waitFor(() => expect(bench.receiver.elements().some((element) => element.read)).toBe(true))
    const kinds = bench.receiver.elements().map((element) => Object.keys(element)[3])
    expect(kinds).toEqual(['message', 'message', 'delivery', 'read'])
    expect(bench.receiver.elements()[2]?.delivery).toMatchObject({ mids: [sent.body.message_id] })
  })

  it('takes form bodies and the Facebook Login flavour of Instagram', async () => {
    const person = await bench.writer('instagram')
    const sent = await bench.graph('/facebook/me/messages', {
      method: 'POST',
      body: new URLSearchParams({
        access_token: bench.page.token,
        recipient: JSON.stringify({ id: person.id }),
        message: JSON.stringify({ text: 'By form' }),
      }),
    })
    expect(sent.body.recipient_id).toBe(person.id)
    expect((await bench.sends())[0]).toMatchObject({ accountId: bench.instagram.id, text: 'By form', host: 'facebook' })
  })

  it.each([
    ['before', 1],
    ['after', 1],
    ['twice', 2],
    ['never', 0],
  ] as const)('echoes %s', async (echo, count) => {
    const person = await bench.writer('messenger')
    await vi.waitFor(() => expect(bench.receiver.elements()).toHaveLength(1))
    await bench.switches({ echo, echoMetadata: 'never' })
    await bench.send(person, { text: 'Echo?', metadata: 'out:9' })
    if (echo === 'before') expect(echoes()).toHaveLength(1)
    // The delivery event is the last of its lane: when it is there, every echo is.
    await vi.waitFor(() => expect(bench.receiver.elements().some((element) => element.delivery)).toBe(true))
    expect(echoes()).toHaveLength(count)
    expect(echoes().every((one) => one.metadata === undefined)).toBe(true)
  })

  it('is refused outside the window with the code of the platform, and let through for a human agent', async () => {
    const messenger = await bench.writer('messenger')
    const instagram = await bench.writer('instagram')
    await bench.control('POST', 'clock', { advanceMs: 24 * HOUR + 1 })
    expect(await bench.send(messenger, { text: 'Late' })).toMatchObject({
      status: 403,
      body: { error: { code: 10, error_subcode: 2018278, type: 'OAuthException', fbtrace_id: expect.any(String) } },
    })
    const refused = await bench.send(instagram, { text: 'Late' })
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: 10, error_subcode: 2534022, type: 'IGApiException' } },
    })
    expect(refused.headers.get('www-authenticate')).toContain('invalid_request')
    expect(refused.headers.get('instagram-api-version')).toBe('v26.0')

    const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }
    expect((await bench.send(messenger, { text: 'A person' }, tagged)).status).toBe(200)
    await bench.control('POST', 'clock', { advanceMs: 6 * 24 * HOUR })
    expect((await bench.send(messenger, { text: 'Too late' }, tagged)).body.error?.error_subcode).toBe(2018278)
    expect((await bench.send(messenger, { text: 'Old' }, { tag: 'ACCOUNT_UPDATE' })).body.error?.code).toBe(100)
    await bench.control('POST', `threads/${messenger.id}/messages`, { text: 'Still there?' })
    expect((await bench.send(messenger, { text: 'Yes' })).status).toBe(200)
  })

  it('keeps to the text limits: 2000 characters on Messenger, 1000 bytes on Instagram', async () => {
    const messenger = await bench.writer('messenger')
    const instagram = await bench.writer('instagram')
    expect((await bench.send(messenger, { text: 'ä'.repeat(2000) })).status).toBe(200)
    expect((await bench.send(messenger, { text: 'ä'.repeat(2001) })).body.error?.code).toBe(100)
    expect((await bench.send(instagram, { text: 'ä'.repeat(500) })).status).toBe(200)
    expect((await bench.send(instagram, { text: 'ä'.repeat(501) })).body.error?.code).toBe(100)
    await bench.switches({ instagramTextLimit: 2000 })
    expect((await bench.send(instagram, { text: 'ä'.repeat(2000) })).status).toBe(200)
    expect(await bench.sends()).toHaveLength(3)
  })

  it('is refused for strangers, blockers, shut accounts, bad tokens and wrong proofs', async () => {
    const person = await bench.writer('messenger')
    const code = async (reply: Promise<{ body: { error?: { code: number; error_subcode?: number } } }>) => {
      const { error } = (await reply).body
      return [error?.code, error?.error_subcode]
    }
    expect(await code(bench.send({ ...person, id: '999' }, { text: 'Who?' }))).toEqual([100, 2018001])
    expect(await code(bench.send({ ...person, id: '999', platform: 'instagram' }, { text: 'Who?' }))).toEqual([
      100, 2534014,
    ])
    expect(await code(bench.send(person, {}))).toEqual([100, undefined])
    await bench.control('PATCH', `people/${person.id}`, { blocked: true })
    expect(await code(bench.send(person, { text: 'Blocked' }))).toEqual([551, 1545041])
    const other = await bench.writer('instagram')
    await bench.control('PATCH', `accounts/${bench.instagram.id}`, { messageAccess: false })
    expect(await code(bench.send(other, { text: 'Off' }))).toEqual([200, 2534041])
    expect(await code(bench.graph('/facebook/me?access_token=EAAnope'))).toEqual([190, undefined])
    expect(await code(bench.graph(`/facebook/me?access_token=${bench.instagram.token}`))).toEqual([190, undefined])
    await bench.control('PATCH', `accounts/${bench.page.id}`, { tokenExpired: true })
    expect(await code(bench.graph(`/facebook/me?access_token=${bench.page.token}`))).toEqual([190, 463])
    await bench.control('PATCH', `accounts/${bench.page.id}`, { tokenExpired: false })
    const proof = createHmac('sha256', SECRET).update(bench.page.token).digest('hex')
    const me = `/facebook/me?access_token=${bench.page.token}&appsecret_proof=`
    expect((await bench.graph(me + proof)).body.id).toBe(bench.page.id)
    expect(await code(bench.graph(`${me}${'0'.repeat(64)}`))).toEqual([100, undefined])
  })

  it('fetches an attachment, keeps it and says why it could not', async () => {
    const person = await bench.writer('messenger')
    const image = (url: string) => ({ attachment: { type: 'image', payload: { url } } })
    const sent = await bench.send(person, image(`${bench.sandbox.url}/media/face/lena`))
    expect(sent.status).toBe(200)
    const kept = (await bench.thread(person.id)).messages.at(-1)?.attachments[0]
    const fetched = await fetch(kept?.url ?? '')
    expect(fetched.headers.get('content-type')).toBe('image/png')
    const missing = await bench.send(person, image(`${bench.sandbox.url}/media/face/nobody`))
    expect(missing.body.error?.error_subcode).toBe(2018008)
    const sound = await bench.send(person, image(`${bench.sandbox.url}/media/voice/2`))
    expect(sound.body.error?.error_subcode).toBe(2018047)
  })

  it('typing, seen marks and reactions change the phone but send no message', async () => {
    const person = await bench.writer('messenger')
    const act = (action: Record<string, unknown>) => bench.send(person, undefined, action)
    expect((await act({ sender_action: 'typing_on' })).body).toEqual({ recipient_id: person.id })
    expect((await bench.thread(person.id)).pageTyping).toBe(true)
    await act({ sender_action: 'mark_seen' })
    const thread = await bench.thread(person.id)
    expect(thread.seenByPageAt).toBeGreaterThan(0)
    const mid = thread.messages[0]?.mid
    await act({ sender_action: 'react', payload: { message_id: mid, reaction: 'love' } })
    expect((await bench.thread(person.id)).messages[0]?.reactions).toMatchObject([{ by: 'page', emoji: '❤️' }])
    expect(await bench.sends()).toHaveLength(0)
  })
})

describe('a fault', () => {
  it('answers with any code, as often as told, for one account and one recipient', async () => {
    const [one, two] = [await bench.writer('messenger'), await bench.writer('messenger')]
    await bench.faults({
      kind: 'error',
      status: 400,
      code: 368,
      subcode: 1,
      message: 'Enough',
      times: 1,
      recipientId: one.id,
    })
    expect((await bench.send(two, { text: 'Fine' })).status).toBe(200)
    expect((await bench.send(one, { text: 'No' })).body.error).toMatchObject({
      code: 368,
      error_subcode: 1,
      message: 'Enough',
    })
    expect((await bench.send(one, { text: 'Yes' })).status).toBe(200)
    await bench.faults({ kind: 'token_expired', accountId: bench.page.id })
    expect((await bench.send(one, { text: 'No' })).body.error).toMatchObject({ code: 190, error_subcode: 463 })
    expect((await bench.send(await bench.writer('instagram'), { text: 'Other account' })).status).toBe(200)
    await bench.faults({ kind: 'rate_limited', code: 80006 })
    const limited = await bench.send(one, { text: 'No' })
    expect(limited.body.error?.code).toBe(80006)
    expect(limited.headers.get('x-business-use-case-usage')).toContain('estimated_time_to_regain_access')
    await bench.faults({ kind: 'server_error' })
    expect(await bench.send(one, { text: 'No' })).toMatchObject({
      status: 500,
      body: { error: { code: 2, is_transient: true } },
    })
    expect(await bench.sends()).toHaveLength(3)
  })

  it.each(['garbage', 'html', 'empty'] as const)('answers 200 with %s although the message went out', async (kind) => {
    const person = await bench.writer('messenger')
    await bench.faults({ kind, times: 1 })
    const sent = await bench.send(person, { text: 'Odd' })
    expect(sent.status).toBe(200)
    expect(sent.body.message_id).toBeUndefined()
    await vi.waitFor(() => expect(echoes()).toHaveLength(1))
    expect(await bench.sends()).toMatchObject([{ text: 'Odd', answer: kind }])
  })

  it('keeps silent or cuts the line after the message has been stored and echoed', async () => {
    const person = await bench.writer('messenger')
    await bench.faults({ kind: 'timeout_after_success', times: 1 }, { kind: 'reset_after_success', times: 1 })
    const silence = new AbortController()
    const unanswered = bench.send(person, { text: 'Lost answer', metadata: 'out:1' }, {}, silence.signal)
    const failed = expect(unanswered).rejects.toThrow()
    await vi.waitFor(() => expect(echoes()).toMatchObject([{ metadata: 'out:1' }]))
    silence.abort()
    await failed
    await expect(bench.send(person, { text: 'Cut', metadata: 'out:2' })).rejects.toThrow()
    await vi.waitFor(() => expect(echoes().map((echo) => echo.metadata)).toEqual(['out:1', 'out:2']))
    expect(await bench.sends()).toHaveLength(2)
  })

  it('keeps silent or cuts the line before anything has been stored, and can be slow', async () => {
    const person = await bench.writer('messenger')
    await bench.faults({ kind: 'timeout', times: 1 }, { kind: 'reset', times: 1 }, { kind: 'slow', ms: 60, times: 1 })
    await expect(bench.send(person, { text: 'No' }, {}, AbortSignal.timeout(80))).rejects.toThrow()
    await expect(bench.send(person, { text: 'No' })).rejects.toThrow()
    const begun = performance.now()
    expect((await bench.send(person, { text: 'Late' })).status).toBe(200)
    expect(performance.now() - begun).toBeGreaterThanOrEqual(55)
    expect(await bench.sends()).toMatchObject([{ text: 'Late' }])
  })
})
