import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { look } from './lib/look.ts'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

describe('before anybody is signed in', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({ untouched: true })
  })
  afterEach(({ task }) => stage.endStory(task))
  afterAll(() => stage.close())

  test('set-up, and the inbox with no page', async () => {
    const { page, ...first } = await stage.visit(null, await stage.setupLink())
    await page.getByRole('heading', { name: 'Make the first admin' }).waitFor()
    await look(page, 'set-up')
    await page.getByRole('button', { name: 'Make account and go on' }).click()
    await first.reads('3 things to mend.')
    await look(page, 'set-up-mistakes')
    await page.getByLabel('Name', { exact: true }).fill('Maren Solheim')
    await page.getByLabel('E-mail').fill('maren@nordlys.example')
    await page.getByLabel('Password', { exact: true }).fill('a sentence that is long')
    await page.keyboard.press('Enter')
    await first.reads('No page is connected yet')
    await look(page, 'inbox-no-page')
  })

  test('sign-in', async () => {
    const { page, ...stranger } = await stage.visit(null, '/sign-in')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await look(page, 'sign-in')
    stranger.expects(/401/)
    await page.getByLabel('E-mail, phone or employee number').fill('ines')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.keyboard.press('Enter')
    await stranger.reads('do not belong together')
    await look(page, 'sign-in-wrong')
  })
})

describe('in a shop with a week behind it', () => {
  let stage: Stage
  let ruth: Visitor
  let names: string[]
  beforeAll(async () => {
    stage = await openStage({ world: 'nordlys', sandboxMode: true })
    ruth = await stage.visit('supervisor', '/inbox/all')
    await ruth.reads('Live')
    names = await ruth.names()
  })
  afterEach(({ task }) => stage.endStory(task))
  afterAll(() => stage.close())

  test('the inbox, and every chat of the sandbox as it reads', async () => {
    await look(ruth.page, 'inbox')
    for (const [i, name] of names.entries()) {
      await ruth.open(name)
      await ruth.page.getByRole('region', { name: 'Messages' }).locator('[data-message]').last().waitFor()
      if (i < 3) await look(ruth.page, `chat-${i + 1}`)
      else await look(ruth.page, `chat-${i + 1}`, [1440])
    }
  })

  test('what opens: menus, palette, shortcuts, details', async () => {
    const { page } = ruth
    await ruth.open(names[0] ?? '')
    const opened: [string, () => Promise<void>][] = [
      ['filter', () => page.getByRole('button', { name: /^Filter/ }).click()],
      ['assign', () => page.getByRole('button', { name: /Change|Assign/ }).click()],
      ['more', () => page.getByRole('button', { name: 'More', exact: true }).click()],
      ['own-menu', () => page.getByRole('button', { name: /^Your menu/ }).click()],
      ['palette', () => page.keyboard.press('Control+k')],
      ['shortcuts', () => page.keyboard.press('?')],
    ]
    for (const [name, open] of opened) {
      await open()
      await page.locator('dialog[open], [popover]:popover-open').first().waitFor()
      await look(page, `open-${name}`, [1440])
      await page.keyboard.press('Escape')
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    await look(page, 'details', [390])
  })

  test('empty lists say why', async () => {
    for (const [name, path, words] of [
      ['search', '/inbox/all?q=nobody', 'Nobody called “nobody”'],
      ['mine', '/inbox/mine', 'You have no chats now'],
      ['chat-missing', '/inbox/all/01a20000-0000-7000-8000-000000000000', 'This chat is not here'],
    ] as const) {
      ruth.expects(/404/)
      await ruth.page.goto(path)
      await ruth.reads(words)
      await look(ruth.page, `empty-${name}`)
    }
  })

  test('the sandbox page', async () => {
    const customers = await stage.playCustomers()
    await customers.page.getByRole('log').first().waitFor()
    await look(customers.page, 'sandbox')
  })
})
