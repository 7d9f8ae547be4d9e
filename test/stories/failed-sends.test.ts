import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { instagramId } from '../meta-payloads.ts'
import { look } from './lib/look.ts'
import { openStage, type Stage } from './lib/stage.ts'
import type { Visitor } from './lib/visitor.ts'

const hour = 3_600_000

let stage: Stage
let ines: Visitor
beforeAll(async () => {
  stage = await openStage()
  await stage.available('tomas', false)
  ines = await stage.visit('ines')
  await ines.reads(/^Live$/)
})
afterEach(async ({ task }) => {
  await stage.faults()
  await stage.control('POST', '/clock', { offsetMs: 0 })
  await stage.control('PUT', '/switches', { echo: 'after' })
  await stage.endStory(task)
})
afterAll(() => stage.close())

/** A customer who wrote that long ago, by Meta's clock and ours. */
async function wroteAgo(hours: number, name: string) {
  await stage.control('POST', '/clock', { offsetMs: -hours * hour })
  const customer = await stage.customerWhoWrote('instagram', name)
  await stage.control('POST', '/clock', { offsetMs: 0 })
  return customer
}

test('Meta says that the time to answer was over: told in words, kept, and sent once the customer writes again', async () => {
  const ana = await stage.customerWhoWrote('instagram', 'Ana Prieto')
  await ines.open('Ana Prieto')
  // Meta's clock decides, and here it is ahead of ours.
  await stage.control('POST', '/clock', { offsetMs: 25 * hour })
  await ines.answer('It is still there.')
  const turn = ines.turn('It is still there.')
  await ines.reads('Not sent.', turn)
  await ines.reads('Meta refused it: the time to answer was over.', turn)
  await ines.reads(/Meta’s code: 10\/\d+/, turn)
  await ines.row('Ana Prieto').getByText('Not sent').waitFor()

  await stage.control('POST', '/clock', { offsetMs: 0 })
  await ana.writes('Hello??')
  await ines.turn('Hello??').waitFor()
  await turn.getByRole('button', { name: 'Retry' }).click()
  await ines.reads(/^Sent$/, turn)
  expect(await stage.received(ana)).toEqual(['It is still there.'])
})

test('after a day only a person’s own words go, by their explicit choice; after seven days nothing does', async () => {
  const bo = await wroteAgo(26, 'Bo Winther')
  await ines.open('Bo Winther')
  await ines.reads(/Human agent, \d days? left|Human agent, .* left:/)
  await ines.composer.fill('Sorry for the late answer.')
  await look(ines.page, 'composer-person', { widths: [1440, 390], within: 'main' })
  expect(await ines.page.getByRole('button', { name: 'Send as a person' }).isDisabled()).toBe(true)
  await ines.page.getByRole('checkbox', { name: /Send as a person/ }).check()
  await ines.composer.press('Enter')
  await ines.reads(/^Sent$/, ines.turn('Sorry for the late answer.'))
  expect(await stage.received(bo)).toEqual(['Sorry for the late answer.'])

  await wroteAgo(8 * 24, 'Chloé Durand')
  await ines.open('Chloé Durand')
  await ines.reads('Closed since')
  await ines.composer.fill('Are you there?')
  await ines.reads('Nothing can be sent until Chloé writes again. Your draft stays here.')
  await look(ines.page, 'composer-closed', { widths: [1440, 390], within: 'main' })
  expect(await ines.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
})

test('Meta has ended the connection of the account: all wait in words, and go when it is connected again', async () => {
  const david = await stage.customerWhoWrote('instagram', 'David Okoro')
  await ines.open('David Okoro')
  await stage.control('PATCH', `/accounts/${instagramId}`, { tokenExpired: true })
  await ines.answer('The table is oak.')
  const turn = ines.turn('The table is oak.')
  await ines.reads('The connection of this page to Meta has ended.', turn)
  await ines.reads(/^Queued/, turn)
  await ines.reads(/Meta’s code: 190/, turn)

  await stage.control('PATCH', `/accounts/${instagramId}`, { tokenExpired: false })
  await stage.connectPages()
  await ines.reads(/^Sent$/, turn)
  expect(await stage.received(david)).toEqual(['The table is oak.'])
})

test('Meta has a problem of its own: it is tried again by itself, and once is enough', async () => {
  const elif = await stage.customerWhoWrote('messenger', 'Elif Kaya')
  await ines.open('Elif Kaya')
  await stage.faults({ kind: 'server_error' })
  await ines.answer('One moment.')
  const turn = ines.turn('One moment.')
  await ines.reads('Meta had a problem of its own. It is kept.', turn)
  await ines.reads(/tried again in/, turn)
  await stage.faults()
  await ines.reads(/^(Sent|Delivered)$/, turn)
  expect(await stage.received(elif)).toEqual(['One moment.'])
})

test('no answer from Meta, but the echo comes: it settles by itself and nothing goes twice', async () => {
  const felix = await stage.customerWhoWrote('instagram', 'Felix Brandt')
  await ines.open('Felix Brandt')
  await stage.control('PUT', '/switches', { paused: true })
  await stage.faults({ kind: 'timeout_after_success', times: 1 })
  await ines.answer('Two of them.')
  const turn = ines.turn('Two of them.')
  await ines.reads('Not confirmed.', turn)
  await ines.reads('Check before you send it again.', turn)
  await ines.row('Felix Brandt').getByText('Not confirmed').waitFor()
  await stage.control('PUT', '/switches', { paused: false })
  await ines.reads(/^Sent$/, turn)
  await ines.missesWords('Not confirmed.', turn)
  expect(await stage.received(felix)).toEqual(['Two of them.'])
})

test('no answer and no echo: a check finds it at Meta', async () => {
  const hana = await stage.customerWhoWrote('instagram', 'Hana Sato')
  await ines.open('Hana Sato')
  await stage.control('PUT', '/switches', { echo: 'never' })
  await stage.faults({ kind: 'reset_after_success', times: 1 })
  await ines.answer('It fits.')
  const turn = ines.turn('It fits.')
  await turn.getByRole('button', { name: 'Check now' }).click()
  await ines.reads(/^Sent$/, turn)
  expect(await stage.received(hana)).toEqual(['It fits.'])
})

test('no answer and it never arrived: a person decides, and what waited behind it follows in order', async () => {
  const jonas = await stage.customerWhoWrote('instagram', 'Jonas Weber')
  await ines.open('Jonas Weber')
  await stage.faults({ kind: 'reset', times: 1 })
  await ines.answer('First this.')
  await ines.reads('Not confirmed.', ines.turn('First this.'))
  await ines.answer('Then that.')
  await ines.reads(/^Queued/, ines.turn('Then that.'))
  await ines.turn('First this.').getByRole('button', { name: 'Send again' }).click()
  await ines.reads(/^Sent$/, ines.turn('Then that.'))
  await ines.missesWords('Not confirmed.')
  expect(await stage.received(jonas)).toEqual(['First this.', 'Then that.'])
})

test('what is not confirmed can be left, and the chat goes on', async () => {
  const lena = await stage.customerWhoWrote('instagram', 'Lena Fuchs')
  await ines.open('Lena Fuchs')
  await stage.faults({ kind: 'reset', times: 1 })
  await ines.answer('Perhaps.')
  await ines.turn('Perhaps.').getByRole('button', { name: 'Leave it' }).click()
  await ines.answer('Certainly.')
  await ines.reads(/^Sent$/, ines.turn('Certainly.'))
  await ines.reads('Not confirmed.', ines.turn('Perhaps.'))
  expect(await ines.turn('Perhaps.').getByRole('button', { name: 'Send again' }).count()).toBe(0)
  expect(await stage.received(lena)).toEqual(['Certainly.'])
})

test('the customer blocked the page: told so, and the words can be taken up again', async () => {
  const mei = await stage.customerWhoWrote('messenger', 'Mei Lin')
  await ines.open('Mei Lin')
  await stage.control('PATCH', `/people/${mei.id}`, { blocked: true })
  await ines.answer('Your order is ready.')
  const turn = ines.turn('Your order is ready.')
  await ines.reads('This person cannot be reached', turn)
  await turn.getByRole('button', { name: 'Edit' }).click()
  expect(await ines.composer.inputValue()).toBe('Your order is ready.')
})

test('a text longer than Meta takes is counted in Meta’s own unit and cannot be sent', async () => {
  await stage.customerWhoWrote('instagram', 'Noor Haddad')
  await ines.open('Noor Haddad')
  await ines.composer.fill('ß'.repeat(480))
  await ines.reads('960 / 1,000 bytes')
  await ines.composer.fill('ß'.repeat(501))
  await ines.reads('2 bytes too many')
  expect(await ines.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
})

test('Meta takes no more for the moment: the agent is told until when, and it goes by itself', async () => {
  const zuri = await stage.customerWhoWrote('messenger', 'Zuri Abebe')
  await ines.open('Zuri Abebe')
  await stage.faults({ kind: 'error', code: 613, status: 400, times: 1 })
  await ines.answer('They arrive in May.')
  const turn = ines.turn('They arrive in May.')
  await ines.reads('Meta takes no more messages from this page for the moment. It is kept in line.', turn)
  // The page pauses as a whole for fifteen seconds, and the message says so.
  await ines.reads(/It is tried again in (1[0-5]|\d) s/, turn)
  await turn.getByText(/^(Sent|Delivered)$/).waitFor({ timeout: 20_000 })
  expect(await stage.received(zuri)).toEqual(['They arrive in May.'])
})
