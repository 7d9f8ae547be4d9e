import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'

/** How long anything a person waits for may take before the story fails. */
export const patience = 10_000

/** Somebody at a screen, with the things a person does there. */
export interface Visitor {
  name: string
  page: Page
  context: BrowserContext
  /** What the browser complained about since it was last asked, and no story said it would. */
  complaints(): string[]
  /** From here on such complaints belong to the story: a refused request shows up in the browser's console too. */
  expects(complaint: RegExp): void
  /** The row of a chat in the list. */
  row(name: string): Locator
  /** The names in the list, as far as they are drawn, from the top. */
  names(): Promise<string[]>
  /** A turn in the open thread: bubbles with who, when and how far below them. */
  turn(words: string | RegExp): Locator
  composer: Locator
  /** Opens a chat by its row and waits until one can read it. */
  open(name: string): Promise<void>
  /** Writes into the composer and presses Enter. */
  answer(words: string): Promise<void>
  /** Presses keys one after the other, outside of fields. */
  press(...keys: string[]): Promise<void>
  /** Waits until these words can be read on the screen. */
  reads(words: string | RegExp, where?: Locator): Promise<void>
  /** Waits until they are no longer there. */
  missesWords(words: string | RegExp, where?: Locator): Promise<void>
}

export interface VisitorOptions extends BrowserContextOptions {
  name: string
  url: string
  /** `name=value` as a session has it. */
  cookie?: string
}

export async function openVisitor(
  browser: Browser,
  { name, url, cookie, ...options }: VisitorOptions,
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    colorScheme: 'light',
    ...options,
  })
  context.setDefaultTimeout(patience)
  if (cookie) {
    const [cookieName = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name: cookieName, value, url }])
  }
  const complaints: string[] = []
  const expected: RegExp[] = []
  const page = await context.newPage()
  page.on('console', (line) => {
    if (line.type() !== 'error' && line.type() !== 'warning') return
    complaints.push(`${name}: ${line.text()} (${line.location().url})`)
  })
  page.on('pageerror', (error) => complaints.push(`${name}: ${error.stack || error.message || String(error)}`))
  const composer = page.getByRole('textbox', { name: 'Your message' })
  const thread = page.getByRole('region', { name: 'Messages' })

  const visitor: Visitor = {
    name,
    page,
    context,
    composer,
    complaints: () => complaints.splice(0).filter((complaint) => !expected.some((known) => known.test(complaint))),
    expects: (complaint) => void expected.push(complaint),
    row: (person) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: person, exact: true }) }),
    names: () => page.getByRole('list', { name: 'Chats' }).getByRole('link').allTextContents(),
    turn: (words) => thread.locator('.group-out, .group-in').filter({ hasText: words }),
    async open(person) {
      await visitor.row(person).getByRole('link').click()
      await page.getByRole('main', { name: `Chat with ${person}` }).waitFor()
    },
    async answer(words) {
      await composer.fill(words)
      await composer.press('Enter')
    },
    async press(...keys) {
      for (const key of keys) await page.keyboard.press(key)
    },
    async reads(words, where) {
      await (where ?? page.locator('body')).getByText(words).filter({ visible: true }).first().waitFor()
    },
    async missesWords(words, where) {
      await (where ?? page.locator('body')).getByText(words).filter({ visible: true }).first().waitFor({
        state: 'detached',
      })
    },
  }
  return visitor
}
