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
    stage = await openStage({ world: 'nordlys' })
    ruth = await stage.visit('supervisor', '/inbox/all')
    await ruth.reads(/^Live$/)
    names = await ruth.names()
  })
  afterEach(({ task }) => stage.endStory(task))
  afterAll(() => stage.close())

  test('the inbox and a chat in it', async () => {
    await look(ruth.page, 'inbox')
    await ruth.open(names[0] ?? '')
    await ruth.turn('Is this the same oak as the table?').waitFor()
    await look(ruth.page, 'chat')
  })

  test('every chat of the sandbox as it reads', async () => {
    for (const [i, name] of names.entries()) {
      await ruth.open(name)
      await ruth.page.getByRole('region', { name: 'Messages' }).locator('[data-message]').last().waitFor()
      await look(ruth.page, `chat-${i + 1}`, { widths: [1024] })
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
    const within = 'dialog[open], [popover]:popover-open'
    for (const [name, open] of opened) {
      await open()
      await page.locator(within).filter({ visible: true }).first().waitFor()
      await look(page, `open-${name}`, { widths: [1440], within })
      await page.keyboard.press('Escape')
      await page.locator(within).first().waitFor({ state: 'detached' })
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    await look(page, 'details', { widths: [390] })
  })

  test('the states of the composer and of what was sent', async () => {
    // Lena's chat may be anybody's: a supervisor answers in it all the same.
    const answering = await stage.visit('supervisor', '/inbox/all')
    await answering.reads(/^Live$/)
    const { page } = answering
    await answering.open('Lena Fischer')
    await answering.composer.fill('Gern. '.repeat(150))
    await answering.reads(/\/ [12],000/)
    await look(page, 'composer-long', { widths: [1440], within: 'main' })

    await stage.faults({ kind: 'reset', times: 1 })
    await answering.answer('Das passt gut an die Wand.')
    await answering.reads('Not confirmed.')
    await answering.answer('Soll ich es zeichnen?')
    await answering.reads(/^Queued/)
    await look(page, 'send-not-confirmed', { widths: [1440, 390], within: 'main' })
    await page.getByRole('button', { name: 'Leave it' }).click()
    await answering.reads(/^Sent$/, answering.turn('Soll ich es zeichnen?'))
    await stage.faults({ kind: 'error', status: 400, code: 551, times: 1 })
    await answering.answer('Und die Lampe?')
    await answering.reads('This person cannot be reached')
    await answering.context.setOffline(true)
    answering.expects(/ERR_INTERNET_DISCONNECTED|WebSocket/)
    await answering.answer('Hier bin ich wieder.')
    await answering.reads('Offline, 1 waiting')
    await look(page, 'send-failed-offline', { widths: [1440, 390] })
    await answering.context.setOffline(false)
    await answering.reads(/^Live$/)
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
