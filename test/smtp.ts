import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface CaughtMail {
  from: string
  to: string[]
  /** As sent: headers, an empty line, the parts. */
  raw: string
  headers: string
  /** Everything after the headers, with soft line breaks and escapes of quoted-printable undone. */
  body: string
}

export interface TestSmtp {
  port: number
  url: string
  mails: CaughtMail[]
  close(): Promise<void>
}

/** A real SMTP server on loopback that keeps what it is given. `refuse` answers RCPT with a code, for good or for now. */
export async function startSmtp({
  port = 0,
  refuse,
}: {
  port?: number
  refuse?: (address: string) => number | null
} = {}): Promise<TestSmtp> {
  const mails: CaughtMail[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: ({ address }, _session, done) => {
      const code = refuse?.(address)
      if (code) return done(Object.assign(new Error('refused here'), { responseCode: code }))
      return done()
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString()
        const split = raw.indexOf('\r\n\r\n')
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map((r) => r.address),
          raw,
          headers: raw.slice(0, split),
          body: unquoted(raw.slice(split + 4)),
        })
        done()
      })
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.server.address() as AddressInfo).port
  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const unquoted = (text: string) =>
  Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()
