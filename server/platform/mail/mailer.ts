import { createTransport } from 'nodemailer'

export interface Mail {
  /** Names the mail for good, so that a repeat after a crash is recognised as the same one. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
}

export type MailOutcome =
  | { ok: true }
  /** `refused`: for good, trying again is of no use. `unreachable`: nothing is known to be wrong with the mail. */
  | { ok: false; reason: 'refused' | 'unreachable'; words: string }

export interface Mailer {
  send(mail: Mail): Promise<MailOutcome>
}

/** An address as it may stand in an SMTP command: nothing that ends it, adds one or begins a header. */
const plainAddress = /^[^\s<>()[\]\\,;:"@\p{C}]+@[^\s<>()[\]\\,;:"@\p{C}]+$/u

/** One line without control characters: a name or subject cannot grow into a header of its own. */
const oneLine = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 250)

/** Sends mail by SMTP, one connection a mail, each step bounded to a few seconds. */
export function createMailer({ smtpUrl, from }: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    dnsTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0])
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost'
  return {
    async send({ id, to, subject, text, html }) {
      if (!plainAddress.test(to.address)) return { ok: false, reason: 'refused', words: 'This is no mail address.' }
      try {
        await transport.sendMail({
          messageId: `<${id}@${domain}>`,
          from,
          to: { name: oneLine(to.name), address: to.address },
          subject: oneLine(subject),
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        return { ok: true }
      } catch (error) {
        const { responseCode = 0, message } = error as { responseCode?: number; message: string }
        const isFinal = responseCode >= 500 && responseCode < 600
        return { ok: false, reason: isFinal ? 'refused' : 'unreachable', words: message.slice(0, 500) }
      }
    },
  }
}
