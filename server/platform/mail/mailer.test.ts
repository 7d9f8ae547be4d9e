import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSmtp, type TestSmtp } from '../../../test/smtp.ts'
import { createMailer } from './mailer.ts'
import { renderLetter } from './render-letter.ts'

let smtp: TestSmtp
beforeAll(async () => {
  const codes: Record<string, number> = { 'gone@x.example': 550, 'full@x.example': 452 }
  smtp = await startSmtp({ refuse: (address) => codes[address] ?? null })
})
afterAll(() => smtp.close())

const mailer = () => createMailer({ smtpUrl: smtp.url, from: 'Ticklegram <inbox@nordlys.example>' })
const letter = (to: { name: string; address: string }, subject = 'Hello') => ({
  id: '00000000-0000-7000-8000-000000000001',
  to,
  subject,
  text: 'Good morning\n',
  html: '<p>Good morning</p>',
})

describe('a mail', () => {
  test('goes out as text and HTML, with a lasting id', async () => {
    const outcome = await mailer().send(letter({ name: 'Tomás Lindqvist', address: 'tomas@x.example' }, 'Grüße'))
    expect(outcome).toEqual({ ok: true })
    const mail = smtp.mails.at(-1)
    expect(mail).toMatchObject({ from: 'inbox@nordlys.example', to: ['tomas@x.example'] })
    expect(mail?.headers).toMatch(/^Message-ID: <00000000-0000-7000-8000-000000000001@nordlys\.example>\r$/m)
    expect(mail?.headers).toMatch(/^Content-Type: multipart\/alternative/m)
    expect(mail?.body).toContain('Content-Type: text/plain')
    expect(mail?.body).toContain('Content-Type: text/html')
  })

  test.each([
    'Eve\r\nBcc: all@x.example',
    'Eve\nBcc: all@x.example\n\nOther body',
    'Eve\u2028Bcc: all@x.example',
    'Eve\u0000\u000bBcc: all@x.example',
    'Eve" <all@x.example>, "',
  ])('F25: takes no header from a name or a subject: %j', async (words) => {
    expect(await mailer().send(letter({ name: words, address: 'eve@x.example' }, words))).toEqual({ ok: true })
    const mail = smtp.mails.at(-1)
    expect(mail?.to).toEqual(['eve@x.example'])
    expect(mail?.headers).not.toMatch(/^bcc:/im)
    expect(mail?.headers.match(/^to:/gim)).toHaveLength(1)
    expect(mail?.body.match(/Good morning/g)).toHaveLength(2)
  })

  test.each([
    'a@x.example\r\nRCPT TO:<b@x.example>',
    'a@x.example, b@x.example',
    'a@x.example>',
    '"a b"@x.example',
    'a',
    '',
  ])('F25: goes to no address that is none: %j', async (address) => {
    const before = smtp.mails.length
    expect(await mailer().send(letter({ name: 'A', address }))).toMatchObject({ ok: false, reason: 'refused' })
    expect(smtp.mails).toHaveLength(before)
  })

  test('F25: that is refused for good is told from one that may be tried again', async () => {
    const to = (address: string) => mailer().send(letter({ name: 'A', address }))
    expect(await to('gone@x.example')).toMatchObject({ ok: false, reason: 'refused' })
    expect(await to('full@x.example')).toMatchObject({ ok: false, reason: 'unreachable' })
    const nowhere = createMailer({ smtpUrl: 'smtp://127.0.0.1:9', from: 'a@x.example' })
    expect(await nowhere.send(letter({ name: 'A', address: 'a@x.example' }))).toMatchObject({
      ok: false,
      reason: 'unreachable',
    })
  })
})

test('a letter’s words never become HTML', () => {
  const { html, text } = renderLetter({
    subject: 'x',
    greeting: 'Hello <img src=x onerror=alert(1)>,',
    paragraphs: ['a & b'],
    action: { label: 'Go', url: 'https://x.example/?a="><script>' },
    closing: "it's over",
  })
  expect(html).not.toMatch(/<img|<script/)
  expect(html).toContain('a &amp; b')
  expect(text).toContain('Hello <img src=x onerror=alert(1)>,')
})
