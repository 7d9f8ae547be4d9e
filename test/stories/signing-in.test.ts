import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endSessionsOf } from '../../server/auth/sessions.ts'
import { castPassword } from '../cast.ts'
import { openStage, type Stage } from './lib/stage.ts'

describe('the first start', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({ untouched: true })
  })
  afterEach(({ task }) => stage.endStory(task))
  afterAll(() => stage.close())

  test('the one-time link makes the first admin, says what is missing, and works once (AUT-11)', async () => {
    const link = await stage.setupLink()
    const { page, ...maren } = await stage.visit(null, link)
    maren.expects(/401/)
    await page.getByRole('heading', { name: 'Make the first admin' }).waitFor()
    expect(page.url()).not.toContain('token')

    await page.getByLabel('Name', { exact: true }).press('Enter')
    await maren.reads('3 things to mend.')
    await maren.reads('Say what colleagues call you.')
    // The summary has the focus and is read out; the fields follow it.
    await page.keyboard.press('Tab')
    await page.keyboard.type('Maren Solheim')
    await maren.reads('2 things to mend.')
    await page.keyboard.press('Tab')
    await page.keyboard.type('maren@nordlys.example')
    await page.getByLabel('Password', { exact: true }).fill('a sentence that is long')
    await maren.reads('Strong.')
    await page.getByLabel('Password', { exact: true }).press('Enter')
    await maren.reads('No page is connected yet')

    const late = await stage.visit(null, link)
    await late.reads('Set-up is done')
    await late.page.getByRole('button', { name: 'Go to sign-in' }).click()
    await late.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test('without the link there is no set-up', async () => {
    const stranger = await stage.visit(null, '/setup?token=guessed')
    await stranger.reads('Set-up is done')
  })
})

describe('signing in', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterEach(({ task }) => stage.endStory(task))
  afterAll(() => stage.close())

  test('a wrong password is told, the right one opens the inbox, signing out closes it', async () => {
    const { page, ...ines } = await stage.visit(null, '/')
    ines.expects(/401/)
    await page.waitForURL('**/sign-in')
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    // The name field has the focus: one can type at once.
    await page.keyboard.type('ines@cast.example')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not my password')
    await page.keyboard.press('Enter')
    await ines.reads('That name and password do not belong together.')
    expect(await page.getByLabel('E-mail, phone or employee number').inputValue()).toBe('ines@cast.example')

    await page.getByLabel('Password', { exact: true }).fill(castPassword)
    await page.keyboard.press('Enter')
    await ines.reads('You see the chats assigned to you')

    await page.getByRole('button', { name: 'Your menu: Ines Duarte' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto('/inbox/mine')
    await page.waitForURL('**/sign-in?from=*')
  })

  test('a person signs in by phone number and by employee number too', async () => {
    for (const login of ['+351 912 345 678', 'E-17']) {
      const { page, ...ines } = await stage.visit(null, '/sign-in')
      await page.getByLabel('E-mail, phone or employee number').fill(login)
      await page.getByLabel('Password', { exact: true }).fill(castPassword)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await ines.reads('You see the chats assigned to you')
    }
  })

  test('when the session ends one is told, signs in, and is where one was, with the draft', async () => {
    await stage.customerWhoWrote('instagram', 'Ana Prieto')
    const { page, ...ines } = await stage.visit('ines', '/inbox/mine')
    ines.expects(/401/)
    await ines.open('Ana Prieto')
    await ines.composer.fill('A thought I had begun')
    const place = page.url()

    await stage.ctx().db.transaction((tx) => endSessionsOf(stage.ctx(), tx, stage.cast.ines.id))
    await ines.reads('Your session has ended.')
    await page.getByLabel('E-mail, phone or employee number').fill('ines@cast.example')
    await page.getByLabel('Password', { exact: true }).fill(castPassword)
    await page.keyboard.press('Enter')
    await page.getByRole('main', { name: 'Chat with Ana Prieto' }).waitFor()
    expect(page.url()).toBe(place)
    expect(await ines.composer.inputValue()).toBe('A thought I had begun')
  })
})
