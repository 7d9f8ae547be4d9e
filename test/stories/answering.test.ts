import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

let stage: Stage
let ines: Visitor
let customers: Visitor
beforeAll(async () => {
  stage = await openStage()
  await stage.available('tomas', false)
  ines = await stage.visit('ines')
  await ines.reads(/^Live$/)
  customers = await stage.playCustomers()
})
afterEach(({ task }) => stage.endStory(task))
afterAll(() => stage.close())

/** The first event of a kind in a page, by the clock that all pages of one machine share. */
const noteTime = (page: Page, when: string) =>
  page.evaluate(`window.noted = null; ${when.replaceAll('NOTE', 'window.noted ??= Date.now()')}; undefined`)
const noted = async (page: Page) => {
  await expect.poll(() => page.evaluate('window.noted'), { timeout: 5000 }).not.toBeNull()
  return page.evaluate<number>('window.noted')
}

/** Somebody new with a phone in the sandbox's own page. */
async function newCustomer(platform: 'Instagram' | 'Messenger', name: string) {
  const { page } = customers
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('combobox', { name: 'Platform' }).selectOption(platform.toLowerCase())
  await page.keyboard.press('Enter')
  const phone = page.getByRole('region', { name: `${platform} side` })
  const who = phone.getByRole('combobox', { name: `Who you are on the ${platform} side` })
  await expect.poll(() => who.locator('option:checked').textContent(), { timeout: 5000 }).toBe(name)
  return { phone, field: phone.getByRole('textbox', { name: 'Message' }), log: phone.getByRole('log') }
}

for (const platform of ['Instagram', 'Messenger'] as const) {
  test(`a customer writes on ${platform}, the agent sees it at once, answers, and learns that it was read`, async () => {
    const name = platform === 'Instagram' ? 'Ana Prieto' : 'Bo Winther'
    const { field, log } = await newCustomer(platform, name)
    const question = `Is the oak table still there? (${platform})`

    await noteTime(
      ines.page,
      `new MutationObserver(() => document.body.innerText.includes(${JSON.stringify(question)}) && (NOTE))
        .observe(document.body, { subtree: true, childList: true, characterData: true })`,
    )
    await noteTime(customers.page, "addEventListener('keydown', (event) => event.key === 'Enter' && (NOTE), true)")
    await field.fill(question)
    await field.press('Enter')
    const took = (await noted(ines.page)) - (await noted(customers.page))
    console.log(`${platform}: from the customer's Enter to the agent's row ${took} ms`)
    expect(took).toBeLessThan(3000)

    const row = ines.row(name)
    await row.waitFor()
    await row.getByText('1 unread').waitFor()
    // By keyboard alone: up to the newest row, open it, begin to write, send.
    await ines.press('k', 'Enter')
    await ines.page.getByRole('main', { name: `Chat with ${name}` }).waitFor()
    await ines.turn(question).waitFor()
    await row.getByText('1 unread').waitFor({ state: 'detached' })
    await ines.press('r')
    const answer = `It is, and it can be delivered on Friday. (${platform})`
    await ines.page.keyboard.type(answer)
    await ines.page.keyboard.press('Enter')
    expect(await ines.composer.inputValue()).toBe('')

    // The phone is in front of its customer, so the answer is read as it comes.
    await log.getByText(answer).waitFor()
    await ines.reads(/^Read$/, ines.turn(answer))
    await ines.reads('Ines', ines.turn(answer))
    expect(await ines.turn(answer).count()).toBe(1)
    await ines.press('Escape', 'Escape')
    await ines.reads('Choose a chat')
  })
}

test('what the customer did not look at yet is delivered, and read once they look', async () => {
  const zuri = await stage.customerWhoWrote('messenger', 'Zuri Abebe', 'Do you ship to Nairobi?')
  await ines.open('Zuri Abebe')
  await ines.answer('We do, within two weeks.')
  await ines.reads(/^Delivered$/, ines.turn('We do, within two weeks.'))
  await zuri.reads()
  await ines.reads(/^Read$/, ines.turn('We do, within two weeks.'))
})

test('Shift and Enter break the line, and what looks like a shortcut is only typed', async () => {
  const noor = await stage.customerWhoWrote('instagram', 'Noor Haddad', 'مرحبا')
  await ines.open('Noor Haddad')
  await ines.press('r')
  await ines.page.keyboard.type('Hej?')
  await ines.page.keyboard.press('Shift+Enter')
  await ines.page.keyboard.type('/jce')
  await ines.page.keyboard.press('Enter')
  await expect.poll(() => stage.received(noor), { timeout: 5000 }).toEqual(['Hej?\n/jce'])
  await ines.page.getByRole('main', { name: 'Chat with Noor Haddad' }).waitFor()
})

test('an answer from the Instagram app and one to a quoted message show as what they are', async () => {
  const kenji = await stage.customerWhoWrote('instagram', 'Kenji Mori', 'Which oil for the table?')
  await ines.open('Kenji Mori')
  await stage.control('POST', `/threads/${kenji.threadId}/page-reply`, { text: 'Linseed, thinly.' })
  await ines.reads(/sent from/, ines.turn('Linseed, thinly.'))

  await ines.turn('Which oil for the table?').hover()
  await ines.turn('Which oil for the table?').getByRole('button', { name: 'Reply to this message' }).click()
  await ines.reads('Quoting')
  await ines.page.keyboard.type('And let it dry a day.')
  await ines.page.keyboard.press('Enter')
  await ines.reads(/^Sent$/, ines.turn('And let it dry a day.'))
  await ines.reads('Which oil for the table?', ines.turn('And let it dry a day.'))
  const { messages } = await kenji.phone()
  expect(messages.at(-1)?.replyTo).toBe(messages[0]?.mid)
})
