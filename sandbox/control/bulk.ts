import type { Sandbox } from '../context.ts'
import { customerWrites } from '../customer.ts'
import { FACES } from '../media/faces.ts'
import { addPerson } from '../world/history.ts'

const FIRST = ['Anna', 'Luca', 'Amira', 'Felix', 'Hana', 'Mateo', 'Ines', 'Oskar', 'Yara', 'Pavel', 'Sofia', 'Emeka']
const LAST = [
  'Keller',
  'Rossi',
  'Nasser',
  'Lindqvist',
  'Sato',
  'García',
  'Dupont',
  'Nowak',
  'Costa',
  'Novák',
  'Adeyemi',
]
const QUESTIONS = [
  'Hi! Is the oak table still available?',
  'How long does delivery take to my place?',
  'Can I return a lamp without the box?',
  'Do you have this in walnut? 🙏',
  'Hallo, wann haben Sie am Samstag geöffnet?',
  'Bonjour, la livraison est-elle gratuite ?',
  'What is the width of the small sofa?',
  'My order has not arrived yet.',
  'هل يوجد خصم على الكراسي؟',
  'Thank you, that is all 😊',
]

const at = <T>(list: T[], index: number): T => list[index % list.length] as T

/** New people write once each, and known people write further messages, turn by turn. */
export function writeInBulk(sandbox: Sandbox, wanted: { people: number; messages: number }): Promise<void>[] {
  const { state } = sandbox
  const faces = [...Object.keys(FACES), null]
  const sent: Promise<void>[] = []
  for (let i = 0; i < wanted.people; i += 1) {
    const serial = state.people.length
    const account = at(state.accounts, i)
    const name = `${at(FIRST, serial)} ${at(LAST, serial * 3 + Math.floor(serial / FIRST.length))}`
    const username = `${name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z]+/g, '.')}.${serial}`
    const person = addPerson(state, account, {
      platform: account.platform,
      name,
      username,
      face: at(faces, serial),
      followers: (serial * 37) % 900,
    })
    sent.push(customerWrites(sandbox, person, { text: at(QUESTIONS, serial) }).acknowledged)
  }
  const writers = state.people.filter((person) => !person.blocked)
  for (let i = 0; i < wanted.messages && writers.length > 0; i += 1) {
    sent.push(customerWrites(sandbox, at(writers, i), { text: `${at(QUESTIONS, i * 3 + 1)} (${i + 1})` }).acknowledged)
  }
  return sent
}
