import { expect, it } from 'vitest'
import { pathOf } from '../api.ts'
import { initials } from '../ui/avatar.tsx'
import { keyReader } from './keyboard.ts'

it('g waits for the letter that says where to, but not for ever', () => {
  let now = 0
  const read = keyReader(() => now)
  expect(read('j')).toBe('j')
  expect(read('g')).toBeNull()
  expect(read('U')).toBe('g u')
  expect(read('g')).toBeNull()
  now = 5_000
  expect(read('u')).toBe('u')
})

it('an address carries its parameters escaped and leaves out what is not given', () => {
  const input = { id: 'a/b', query: { view: 'all', q: 'Æ & co', page: undefined } }
  expect(pathOf('GET /chats/:id/messages', input)).toBe('/api/v1/chats/a%2Fb/messages?view=all&q=%C3%86+%26+co')
})

it.each([
  ['Maya Lindqvist', 'ML'],
  ['Ferm & Strand Studio', 'FS'],
  ['nordlys.interiors', 'NI'],
  ['李小龙', '李'],
  ['😍', '·'],
])('%s is %s in short', (name, short) => expect(initials(name)).toBe(short))
