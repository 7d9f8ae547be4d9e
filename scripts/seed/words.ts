import { pick, type Random } from './random.ts'

/** What people are called and say in seeded chats. Invented; any likeness is chance. */

const first = [
  'Lena',
  'Omar',
  'Noor',
  'Elif',
  'Mateo',
  'Sofía',
  'Zoë',
  'Jürgen',
  'Amélie',
  'Yuki',
  'Hana',
  'Ivan',
  'Chloé',
  'Diego',
  'Priya',
  'Kwame',
  'Freja',
  'Łukasz',
  'Nguyễn',
  'Aoife',
  'Tiago',
  'Mei',
  'Anouk',
  'Sven',
  'Zeynep',
  'محمد',
  'ليلى',
  'さくら',
  '지민',
  'Δημήτρης',
]
const last = [
  'Haddad',
  'Nilsson',
  'Okafor',
  'García',
  'Demir',
  'Kowalska',
  'Silva',
  'Tanaka',
  'Müller',
  'Dubois',
  'Rossi',
  'Larsen',
  'Patel',
  'O’Connor',
  'Novák',
  'Fernandes',
  'Weber',
  'Jansen',
  'Petrov',
  'Kaya',
  'Moreau',
  'Lindqvist',
  'Costa',
  'Ahmed',
  'Bianchi',
]

export const personName = (random: Random) => `${pick(random, first)} ${pick(random, last)}`

export const userName = (random: Random, number: number) =>
  `${pick(random, ['the.', '', '', 'mrs.', 'real_'])}${pick(random, last)
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()}_${number.toString(36)}`

const things = [
  'oak table',
  'wool rug',
  'reading lamp',
  'grey armchair',
  'bed frame',
  'linen curtain',
  'bookshelf',
  'bench',
  'mirror',
  'side table',
]
const towns = ['Lisbon', 'Malmö', 'Kraków', 'Ghent', 'İzmir', 'Cork', 'Bergen', 'Porto', 'Utrecht']

const openings = [
  'Hi! Is the {thing} still in stock?',
  'Hello, how long does delivery to {town} take?',
  'Do you have the {thing} in a darker colour?',
  'Hey 👋 what does the {thing} cost with shipping?',
  'I ordered the {thing} two weeks ago and have heard nothing. Order {number}.',
  'Saw your story about the {thing}, is it real wood?',
  'Can I pick up the {thing} in {town}?',
  'مرحبا، هل {thing} متوفر؟',
]
const followUps = [
  'Thanks!',
  'Perfect, I’ll take it.',
  'And how do I pay?',
  'My order number is {number}.',
  'Could you send me a picture?',
  'Oh no 😕',
  'Great, thank you so much ❤️',
  'It is 140 × 80 cm, right?',
  'Is there a discount if I take two?',
  'I’m home after five.',
  'It arrived with a scratch on one side. What now?',
  'ok',
  'Yes please',
  'Let me ask my wife and come back to you.',
]
const answers = [
  'Hello, thanks for writing! Yes, the {thing} is in stock.',
  'Delivery to {town} takes four to six working days.',
  'I’ve looked it up: order {number} left our warehouse yesterday.',
  'Of course. I’ll send you a photo in a minute.',
  'Sorry about that. We’ll replace it, free of charge.',
  'You can pay by card or on pick-up.',
  'We have it in oak, walnut and black.',
  'You’re welcome! Have a lovely day.',
  'Is there anything else I can help with?',
  'It has been reserved under your name until Friday.',
]

const filled = (random: Random, text: string) =>
  text
    .replace('{thing}', () => pick(random, things))
    .replace('{town}', () => pick(random, towns))
    .replace('{number}', () => `#${10_000 + Math.floor(random() * 89_999)}`)

export const opening = (random: Random) => filled(random, pick(random, openings))
export const followUp = (random: Random) => filled(random, pick(random, followUps))
export const answer = (random: Random) => filled(random, pick(random, answers))
