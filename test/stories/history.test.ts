import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fillDatabase } from '../../scripts/seed/fill.ts'
import { insertAll } from '../../server/platform/db/rows.ts'
import { dbTime } from '../../server/platform/db/time.ts'
import { newId } from '../../server/platform/ids.ts'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

const minute = 60_000

let stage: Stage
let ruth: Visitor
beforeAll(async () => {
  stage = await openStage()
  await stage.available('tomas', false)
  await fillDatabase(stage.ctx().db, { chats: 3000, messages: 3000, agents: 4, now: Date.now() - 8 * 24 * 60 * minute })
  await stage.customerWhoWrote('messenger', 'Bo Winther', 'A word from Messenger')
  await stage.customerWhoWrote('instagram', 'Ana Prieto', 'The newest of all')
  ruth = await stage.visit('supervisor', '/inbox/all')
  await ruth.reads(/^Live$/)
})
afterEach(({ task }) => stage.endStory(task))
afterAll(() => stage.close())

const list = () => ruth.page.getByRole('list', { name: 'Chats' })
const links = () => list().getByRole('link')
const thread = (page: Page) => page.getByRole('region', { name: 'Messages' })
const topOf = async (page: Page, words: string) =>
  (await thread(page).getByText(words, { exact: true }).boundingBox())?.y ?? Number.NaN

/** A talk of many messages, as if it had been going on since long ago. */
async function longTalk(name: string, length: number): Promise<string> {
  const customer = await stage.customerWhoWrote('instagram', name, `Line ${length}`)
  const { db } = stage.ctx()
  const { id } = await db.q
    .selectFrom('chats')
    .select('id')
    .where('instagram_user_id', '=', customer.id)
    .executeTakeFirstOrThrow()
  const now = Date.now()
  const rows = Array.from({ length: length - 1 }, (_, i) => {
    const at = now - (length - i) * minute
    const sender = i % 3 === 2 ? ('INSTAGRAM_PAGE' as const) : ('INSTAGRAM_USER' as const)
    return {
      id: newId(at),
      chat_id: id,
      instagram_user_id: customer.id,
      platform: 'INSTAGRAM' as const,
      sender,
      content: `Line ${i + 1}`,
      timestamp: dbTime(at),
      mid: `history.${id}.${i}`,
      kind: 'text',
    }
  })
  await db.transaction((tx) => insertAll(tx, 'instagram_messages', rows))
  return id
}

test('three thousand chats scroll to the end and only what is seen is drawn', async () => {
  await ruth.page.getByRole('link', { name: /^All/ }).getByText('1,000+').waitFor()
  await links().first().hover()
  const end = async () => {
    await ruth.page.mouse.wheel(0, 20_000)
    return (await list().boundingBox())?.height ?? 0
  }
  await expect.poll(end, { timeout: 40_000, interval: 30 }).toBeGreaterThan(3002 * 57)
  expect(await list().getByRole('listitem').count()).toBeLessThan(60)
  await ruth.page.mouse.wheel(0, -400_000)
  await ruth.row('Ana Prieto').waitFor()
})

test('j and k walk the list, Enter opens, E goes on, Escape goes back; a field swallows them', async () => {
  await ruth.press('g', 'a')
  await ruth.row('Ana Prieto').waitFor()
  const names = await ruth.names()
  const focused = () => ruth.page.locator('[data-chat-row]:focus').textContent()
  const at = async (name: string | undefined) => expect.poll(focused, { timeout: 2000 }).toBe(name)
  await ruth.page.getByRole('heading', { name: 'All', level: 2 }).click()
  await ruth.press('k', 'k', 'k')
  await at(names[0])
  await ruth.press('j', 'j')
  await at(names[2])
  await ruth.press('k')
  await at(names[1])
  await ruth.press('Enter')
  await ruth.page.getByRole('main', { name: `Chat with ${names[1]}` }).waitFor()
  await ruth.press('e')
  await ruth.page.getByRole('main', { name: `Chat with ${names[2]}` }).waitFor()
  await ruth.press('r')
  await ruth.page.keyboard.type('jkea?')
  expect(await ruth.composer.inputValue()).toBe('jkea?')
  await ruth.composer.fill('')
  await ruth.press('Escape', 'Escape')
  await ruth.reads('Choose a chat')

  // As quickly as keys can come: none is lost, and no row passed by takes the focus back.
  await links().first().focus()
  await Promise.all(Array.from({ length: 40 }, () => ruth.page.keyboard.press('j')))
  const place = () =>
    list()
      .getByRole('listitem')
      .filter({ has: ruth.page.locator(':focus') })
      .getAttribute('style')
  await expect.poll(place, { timeout: 4000 }).toContain(`translateY(${6 + 40 * 57}px)`)
})

test('a thread of hundreds loads upwards without moving what one reads, and counts what comes meanwhile', async () => {
  const id = await longTalk('Chloé Durand', 420)
  const { page } = ruth
  await page.goto(`/inbox/all/${id}`)
  await ruth.turn('Line 420').waitFor()
  await thread(page).hover()

  // Up by steps: whenever a page of history comes in above, what is being read stays where it is.
  let reading = 419
  for (let loads = 0; loads < 4; loads++) {
    const oldest = () => thread(page).locator('[data-message]').first().textContent()
    const before = await oldest()
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, -300)
          return oldest()
        },
        { timeout: 8000, interval: 40 },
      )
      .not.toBe(before)
    reading = Number(/\d+/.exec(before ?? '')?.[0])
  }
  const words = `Line ${reading}`
  await thread(page).getByText(words, { exact: true }).scrollIntoViewIfNeeded()
  const rendered = await thread(page).locator('[data-message]').count()
  expect(rendered).toBeGreaterThan(200)
  const before = await topOf(page, words)

  const { people } = await stage.control<{ people: { id: string; name: string }[] }>('GET', '/state')
  const chloe = people.find((person) => person.name === 'Chloé Durand')
  for (const text of ['Are you there?', 'I am in the shop.'])
    await stage.control('POST', `/threads/${chloe?.id}/messages`, { text })
  const pill = page.getByRole('button', { name: '2 new' })
  await pill.waitFor()
  expect(Math.abs((await topOf(page, words)) - before)).toBeLessThan(2)
  await pill.click()
  await ruth.turn('I am in the shop.').waitFor()
  await pill.waitFor({ state: 'detached' })

  // To the very first line.
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, -20_000)
        return page.getByText('The chat begins here.').count()
      },
      { timeout: 15_000, interval: 40 },
    )
    .toBe(1)
  await thread(page).getByText('Line 1', { exact: true }).waitFor()
  expect(await thread(page).locator('[data-message]').count()).toBe(422)
})

test('views, platform, unread and search narrow the list, and say why nothing is left', async () => {
  const { page } = ruth
  await page.goto('/inbox/all')
  await ruth.row('Ana Prieto').waitFor()
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.getByRole('menuitemradio', { name: 'Messenger', exact: true }).click()
  await ruth.row('Bo Winther').waitFor()
  await ruth.row('Ana Prieto').waitFor({ state: 'detached' })
  expect(page.url()).toContain('platform=FACEBOOK')

  await ruth.press('/')
  const search = page.getByRole('searchbox', { name: 'Search by name' })
  await search.fill('bo win')
  await expect.poll(ruth.names, { timeout: 4000 }).toEqual(['Bo Winther'])
  await search.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByRole('main', { name: 'Chat with Bo Winther' }).waitFor()

  await search.fill('nobody of that name')
  await ruth.reads('Nobody called “nobody of that name”')
  // Reload and back keep it: the address says it all.
  await page.reload()
  await ruth.reads('Nobody called “nobody of that name”')
  await page.getByRole('button', { name: 'Clear search' }).last().click()
  await ruth.row('Bo Winther').waitFor()

  await page.goto('/inbox/unassigned?platform=INSTAGRAM&unread=true')
  await page.getByRole('button', { name: 'Filter (2)' }).click()
  await page.getByRole('menuitem', { name: 'Clear filters' }).click()
  await page.getByRole('button', { name: 'Filter', exact: true }).waitFor()
  await page.goto('/inbox/mine')
  await ruth.reads('You have no chats now')
  await page.getByRole('button', { name: 'Become available' }).click()
  await ruth.reads('You get new chats again.')
  await stage.available('supervisor', false)
})

test('the palette finds a chat by name and an action by its words', async () => {
  const { page } = ruth
  await page.goto('/inbox/all')
  await ruth.reads(/^Live$/)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find a chat or an action' }).waitFor()
  await page.keyboard.type('ana pri')
  await page.getByRole('option', { name: 'Ana Prieto' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('main', { name: 'Chat with Ana Prieto' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('theme: dark')
  await page.getByRole('option', { name: 'Theme: Dark' }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('html').getAttribute('data-theme'), { timeout: 2000 }).toBe('dark')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor({ state: 'detached' })
})
