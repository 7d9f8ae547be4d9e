import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

let stage: Stage
let ines: Visitor
let tomas: Visitor
let ruth: Visitor
beforeAll(async () => {
  stage = await openStage()
  ines = await stage.visit('ines')
  tomas = await stage.visit('tomas')
  ruth = await stage.visit('supervisor')
  for (const person of [ines, tomas, ruth]) await person.reads(/^Live$/)
})
afterEach(({ task }) => stage.endStory(task))
afterAll(() => stage.close())

test('four customers go to two agents in turn; each sees their own, the supervisor sees all and whose they are', async () => {
  const names = ['Ana Prieto', 'Bo Winther', 'Chloé Durand', 'David Okoro']
  for (const [i, name] of names.entries()) {
    await stage.customerWhoWrote(i % 2 === 0 ? 'instagram' : 'messenger', name)
    await ruth.row(name).waitFor()
  }
  await expect.poll(ines.names, { timeout: 5000 }).toEqual(['Chloé Durand', 'Ana Prieto'])
  await expect.poll(tomas.names, { timeout: 5000 }).toEqual(['David Okoro', 'Bo Winther'])
  expect(await ruth.names()).toEqual(names.toReversed())
  await ruth.row('Ana Prieto').getByTitle('Assigned to Ines Duarte').waitFor()
  await ruth.row('Bo Winther').getByTitle('Assigned to Tomás Lindqvist').waitFor()

  await ines.open('Ana Prieto')
  await ines.reads('Rotation gave it to you')
  await ines.reads(/Next in turn; \d could take it/)
  // Looking on as a supervisor clears nothing for the agent whose chat it is.
  await ruth.open('David Okoro')
  await ruth.turn('Hello, is it still there?').waitFor()
  await tomas.row('David Okoro').getByText('1 unread').waitFor()
})

test('the supervisor hands a chat on: it leaves one screen with a line and appears on the other', async () => {
  await ines.open('Ana Prieto')
  await ines.composer.fill('I was about to say')
  await ruth.open('Ana Prieto')
  await ruth.press('a')
  await ruth.page.getByRole('combobox', { name: 'Assign to' }).fill('tom')
  await ruth.page.getByRole('option', { name: /Tomás/ }).waitFor()
  await ruth.page.keyboard.press('Enter')
  await ruth.reads('Assigned to Tomás Lindqvist')

  await tomas.row('Ana Prieto').waitFor()
  await ines.reads('This chat is no longer with you')
  await ines.reads('What you wrote so far is kept on this device.')
  await ines.row('Ana Prieto').waitFor({ state: 'detached' })
  await tomas.open('Ana Prieto')
  await tomas.reads('Ruth Okafor handed it to you')
  await tomas.reads(/Before that with Ines Duarte/)

  // Taken back: it is on the first agent's screen again, with what had been begun.
  await ruth.page.getByRole('button', { name: 'Undo' }).click()
  await tomas.reads('This chat is no longer with you')
  await ines.reads('Draft:', ines.row('Ana Prieto'))
  await ines.turn('Hello, is it still there?').waitFor()
  expect(await ines.composer.inputValue()).toBe('I was about to say')
  await ines.composer.fill('')
})

test('whoever is away gets nothing new; a chat that waits goes to the first who comes back', async () => {
  for (const person of [ines, tomas]) {
    await person.page.getByRole('switch', { name: 'Available for new chats' }).click()
    await person.reads('You get no new chats for now.')
  }
  await stage.customerWhoWrote('messenger', 'Elif Kaya')
  await ines.press('g', 'u')
  await ines.row('Elif Kaya').waitFor()

  await tomas.page.getByRole('switch', { name: 'Available for new chats' }).click()
  await tomas.press('g', 'm')
  await tomas.row('Elif Kaya').waitFor()
  await ines.reads('Every chat has somebody')
  await tomas.open('Elif Kaya')
  await tomas.reads('Rotation gave it to you, who became available')
  await tomas.page.getByRole('switch', { name: 'Available for new chats' }).click()
  await tomas.reads('You get no new chats for now.')
})

test('two agents take the same chat: one has it, the other is told who was quicker', async () => {
  await stage.customerWhoWrote('instagram', 'Felix Brandt')
  for (const person of [ines, tomas]) {
    await person.press('g', 'u')
    await person.open('Felix Brandt')
    // Neither screen is told of the other before both have pressed.
    await person.page.route('**/assignment', async (route) => {
      bothPressed.arrive()
      await bothPressed.done
      await route.continue()
    })
    // The refusal, and that the chat is then nobody else's to see.
    person.expects(/409|404/)
  }
  await Promise.all([ines.press('c'), tomas.press('c')])
  await Promise.race([
    Promise.all([ines.reads('This chat is yours'), tomas.reads('Ines Duarte was quicker and has this chat now.')]),
    Promise.all([tomas.reads('This chat is yours'), ines.reads('Tomás Lindqvist was quicker and has this chat now.')]),
  ])
  await ruth
    .row('Felix Brandt')
    .getByTitle(/Assigned to (Ines Duarte|Tomás Lindqvist)/)
    .waitFor()
  for (const person of [ines, tomas]) await person.page.unrouteAll({ behavior: 'wait' })
})

const bothPressed = meeting(2)

/** Opens when as many have arrived as were expected. */
function meeting(expected: number) {
  let open = () => {}
  const done = new Promise<void>((resolve) => {
    open = resolve
  })
  let here = 0
  return {
    done,
    arrive: () => {
      here += 1
      if (here === expected) open()
    },
  }
}
