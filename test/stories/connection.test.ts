import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

let stage: Stage
let ines: Visitor
beforeAll(async () => {
  stage = await openStage()
  await stage.available('tomas', false)
  ines = await stage.visit('ines')
  // A browser without a line says so for every request it cannot make.
  ines.expects(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|WebSocket connection|ERR_EMPTY_RESPONSE|503/)
  await ines.reads(/^Live$/)
})
afterEach(({ task }) => stage.endStory(task))
afterAll(() => stage.close())

test('without a line one reads and writes on; with it again everything has come and gone exactly once', async () => {
  const ana = await stage.customerWhoWrote('instagram', 'Ana Prieto', 'Is the lamp in stock?')
  await ines.open('Ana Prieto')
  await ines.answer('One moment, I look.')
  await ines.reads(/^Sent$/, ines.turn('One moment, I look.'))

  await ines.context.setOffline(true)
  await ines.reads('Offline')
  await ines.reads('You see what was here before.')
  await ana.writes('And in brass?')
  await stage.customerWhoWrote('messenger', 'Bo Winther', 'Anybody there?')
  await ines.answer('Yes, four of them.')
  await ines.answer('Brass comes in May.')
  await ines.reads('Waiting, sent once you are back online', ines.turn('Yes, four of them.'))
  await ines.reads('Offline, 2 waiting')
  await ines.reads('2 messages wait here and are sent once you are back.')
  expect(await stage.received(ana)).toEqual(['One moment, I look.'])

  await ines.context.setOffline(false)
  await ines.reads(/^Live$/)
  await ines.turn('And in brass?').waitFor()
  await ines.row('Bo Winther').waitFor()
  await ines.reads(/^Sent$/, ines.turn('Brass comes in May.'))
  await ines.missesWords('Waiting, sent once you are back online')
  await expect
    .poll(() => stage.received(ana), { timeout: 5000 })
    .toEqual(['One moment, I look.', 'Yes, four of them.', 'Brass comes in May.'])
  expect(await ines.page.getByRole('region', { name: 'Messages' }).getByText('Yes, four of them.').count()).toBe(1)
})

test('an answer whose acknowledgement was lost on the way is not sent twice', async () => {
  const chloe = await stage.customerWhoWrote('instagram', 'Chloé Durand', 'Bonjour ?')
  await ines.open('Chloé Durand')
  ines.expects(/ERR_FAILED/)
  let lost = 0
  await ines.page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.continue()
    lost += 1
    // The server has it; the answer never gets back.
    await route.fetch()
    await route.abort('failed')
  })
  await ines.answer('Bonjour Chloé !')
  await ines.reads(/^Sent$/, ines.turn('Bonjour Chloé !'))
  await ines.missesWords('Waiting, sent once you are back online')
  await ines.page.unrouteAll({ behavior: 'wait' })
  expect(lost).toBe(1)
  expect(await stage.received(chloe)).toEqual(['Bonjour Chloé !'])
  expect(await ines.turn('Bonjour Chloé !').count()).toBe(1)
})

test('what waits outlives a reload', async () => {
  const david = await stage.customerWhoWrote('messenger', 'David Okoro', 'Hello?')
  await ines.open('David Okoro')
  await ines.page.route('**/messages', (route) =>
    route.request().method() === 'POST' ? route.abort('connectionfailed') : route.continue(),
  )
  ines.expects(/ERR_CONNECTION_FAILED/)
  await ines.answer('Hello David.')
  await ines.reads('Waiting, sent once you are back online', ines.turn('Hello David.'))
  await ines.page.unrouteAll({ behavior: 'wait' })
  await ines.page.reload()
  await ines.reads(/^(Sent|Delivered)$/, ines.turn('Hello David.'))
  expect(await stage.received(david)).toEqual(['Hello David.'])
})

test('the server starts again under the screen: it catches up by itself', async () => {
  const elif = await stage.customerWhoWrote('instagram', 'Elif Kaya', 'Is it oak?')
  await ines.open('Elif Kaya')
  await stage.stopServer()
  await ines.reads('Offline')
  // Meta delivers again until the server is back.
  await elif.writes('Or is it ash?')
  await ines.answer('It is oak.')
  await ines.reads('Waiting, sent once you are back online', ines.turn('It is oak.'))

  await stage.startServer()
  await ines.reads(/^Live$/)
  await ines.turn('Or is it ash?').waitFor()
  await ines.reads(/^Sent$/, ines.turn('It is oak.'))
  expect(await stage.received(elif)).toEqual(['It is oak.'])
  expect(await ines.turn('Or is it ash?').count()).toBe(1)
})
