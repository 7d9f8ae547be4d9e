/** What a mail says, before it is text and HTML. */
export interface Letter {
  subject: string
  greeting: string
  paragraphs: string[]
  action?: { label: string; url: string }
  closing: string
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)

const page = 'font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1b1b1f;max-width:34em'
const button =
  'display:inline-block;padding:10px 18px;border-radius:8px;background:#1b1b1f;color:#ffffff;text-decoration:none'

/** The two bodies of a mail: plain text, and HTML that loads nothing from anywhere. */
export function renderLetter({ greeting, paragraphs, action, closing }: Letter): { text: string; html: string } {
  const text = [greeting, ...paragraphs, ...(action ? [`${action.label}:\n${action.url}`] : []), closing].join('\n\n')
  const p = (inner: string) => `<p>${inner}</p>`
  const html = [
    p(escaped(greeting)),
    ...paragraphs.map((words) => p(escaped(words))),
    ...(action
      ? [
          p(`<a href="${escaped(action.url)}" style="${button}">${escaped(action.label)}</a>`),
          `<p style="font-size:13px;color:#5f5f68;word-break:break-all">${escaped(action.url)}</p>`,
        ]
      : []),
    `<p style="color:#5f5f68">${escaped(closing)}</p>`,
  ].join('\n')
  return {
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en"><meta charset="utf-8"><body style="${page}">\n${html}\n</body></html>\n`,
  }
}
