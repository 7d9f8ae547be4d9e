import { createHash } from 'node:crypto'
import { PAGE_INBOX_APP_ID } from './apps.ts'
import { newDigits, newMid } from './ids.ts'
import { newMessage, openThread } from './lookup.ts'
import type { Account, Person, State, Thread } from './model.ts'
import { type Line, TALKS, type Talk } from './talk.ts'

const MINUTE_MS = 60_000

/** Minutes between two lines, the same in every world made from one seed. */
function pause(seed: string, text: string): number {
  const byte = createHash('sha256').update(`${seed}:${text}`).digest()[0] ?? 0
  return (0.4 + (byte / 255) * 5.6) * MINUTE_MS
}

export function addPerson(state: State, account: Account, wanted: Talk['person']): Person {
  const person: Person = {
    id: newDigits(state, 'person', 16),
    accountId: account.id,
    platform: account.platform,
    name: wanted.name,
    username: account.platform === 'instagram' ? (wanted.username ?? `guest.${state.serial}`) : null,
    face: wanted.face,
    followers: wanted.followers ?? 0,
    follows: wanted.follows ?? false,
    verified: wanted.verified ?? false,
    blocked: false,
    profileVisible: true,
  }
  state.people.push(person)
  return person
}

function addLine(state: State, thread: Thread, person: Person, line: Line, at: number): void {
  const answered = line.replyTo === undefined ? undefined : thread.messages.at(-line.replyTo)
  thread.messages.push(
    newMessage({
      mid: newMid(state, person.platform),
      from: line.by,
      at,
      text: line.text ?? null,
      attachments: line.attachment ? [line.attachment] : [],
      replyTo: answered?.mid ?? null,
      story: line.story ? { id: '17999900000000301', url: '/media/picture/story' } : null,
      referral: line.ad ? adReferral(line.ad) : null,
      reactions: line.reaction ? [{ by: line.by === 'page' ? 'customer' : 'page', ...line.reaction }] : [],
      appId: line.by === 'page' ? PAGE_INBOX_APP_ID : null,
    }),
  )
  if (line.by === 'customer') thread.openedAt = at
}

export function adReferral(title: string): Record<string, unknown> {
  return {
    ref: 'autumn',
    ad_id: '238500001',
    source: 'ADS',
    type: 'OPEN_THREAD',
    ads_context_data: { ad_title: title, post_id: '122100000000009' },
  }
}

/** Fills the world with the talk of the last week, told backwards from `now` so that nothing lies in the future. */
export function addHistory(state: State, now: number): void {
  for (const talk of TALKS) {
    const account = state.accounts.find((candidate) => candidate.platform === talk.person.platform)
    if (!account) continue
    const person = addPerson(state, account, talk.person)
    const thread = openThread(state, person)
    for (const part of talk.parts) {
      let at = now - part.endsAgo * MINUTE_MS
      const times = part.lines.map((_, index) => {
        const time = Math.round(at)
        const later = part.lines.at(-index - 1)
        at -= pause(state.seed, `${talk.person.name}${later?.text ?? later?.attachment?.url}`)
        return time
      })
      times.reverse()
      part.lines.forEach((line, index) => {
        addLine(state, thread, person, line, times[index] ?? at)
      })
    }
    const pageLines = thread.messages.filter((message) => message.from === 'page')
    const lastPage = pageLines.at(-1)
    const lastRead = talk.unreadByCustomer ? pageLines.at(-2) : lastPage
    thread.deliveredUpTo = lastPage?.at ?? null
    thread.readUpTo = lastRead?.at ?? null
    thread.seenByPageAt = lastPage?.at ?? null
  }
}
