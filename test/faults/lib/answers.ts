import { randomUUID } from 'node:crypto'
import type { Database } from '../../../server/platform/db/open.ts'
import type { Random } from './random.ts'

/** Agents' answers over the API, with the sandbox as Graph. */
export interface AnswerWriter {
  /** Takes one more answer to be sent; repeats the request with the same key until it is accepted. */
  write(): void
  /** Requests not accepted yet. */
  waiting(): number
  /** Answers begun. */
  written(): number
}

export function createAnswerWriter({
  random,
  url,
  cookie,
  chatIds,
}: {
  random: Random
  url: () => string
  cookie: string
  chatIds: readonly string[]
}): AnswerWriter {
  let waiting = 0
  let written = 0
  async function send(chatId: string, text: string): Promise<void> {
    const key = randomUUID()
    for (;;) {
      const answer = await fetch(`${url()}/api/v1/chats/${chatId}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, cookie },
        body: JSON.stringify({ text }),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => null)
      await answer?.arrayBuffer().catch(() => null)
      if (answer?.status === 202) break
      if (answer && answer.status < 500) throw new Error(`an answer was refused with ${answer.status}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    waiting--
  }
  return {
    write() {
      waiting++
      void send(random.pick(chatIds), `answer ${++written}`)
    },
    waiting: () => waiting,
    written: () => written,
  }
}

/** A message that the sandbox took as Graph: the customer has it. */
export interface Accepted {
  n: number
  recipientId: string
  metadata: string | null
}

export interface SendBalance {
  rows: number
  sent: number
  failed: number
  unknown: number
  queued: number
  sending: number
}

/**
 * Every answer against what Graph accepted: sent exactly once, failed never, unknown at most once; in the order of the
 * outbox within a chat; and one bubble for each.
 */
export async function sendFaults(
  { q }: Database,
  { accepted, written, contacts }: { accepted: readonly Accepted[]; written: number; contacts: ReadonlySet<string> },
): Promise<{ faults: string[]; counts: SendBalance }> {
  const faults: string[] = []
  const rows = await q
    .selectFrom('outbox')
    .select(['message_id', 'chat_id', 'recipient_id', 'position', 'state'])
    .execute()
  const times = new Map<string, number>()
  for (const { metadata } of accepted) times.set(metadata ?? '', (times.get(metadata ?? '') ?? 0) + 1)
  for (const { message_id: id, state } of rows) {
    const g = times.get(id) ?? 0
    const allowed = { sent: [1], failed: [0], unknown: [0, 1], queued: [0], sending: [0, 1] }[state ?? 'queued']
    if (!allowed.includes(g)) faults.push(`an answer that is ${state} was accepted ${g} times`)
  }
  const ids = new Set(rows.map((row) => row.message_id))
  const strangers = accepted.filter((send) => !ids.has(send.metadata ?? '')).length
  if (strangers > 0) faults.push(`${strangers} sends belong to no row`)
  if (rows.length !== written) faults.push(`${rows.length} rows for ${written} answers`)
  faults.push(...orderFaults(rows, accepted))
  const bubbles = [
    ...(await q.selectFrom('facebook_messages').select(['sender', 'facebook_user_id as contactId']).execute()),
    ...(await q.selectFrom('instagram_messages').select(['sender', 'instagram_user_id as contactId']).execute()),
  ].filter((m) => contacts.has(m.contactId))
  const agents = bubbles.filter((m) => m.sender === 'AGENT').length
  const foreign = bubbles.filter((m) => m.sender === 'INSTAGRAM_PAGE' || m.sender === 'FACEBOOK_PAGE').length
  if (agents !== written || foreign > 0)
    faults.push(`${written} answers show as ${agents} bubbles and ${foreign} echoes that nobody knows`)
  const count = (state: string) => rows.filter((row) => row.state === state).length
  const counts = {
    rows: rows.length,
    sent: count('sent'),
    failed: count('failed'),
    unknown: count('unknown'),
    queued: count('queued'),
    sending: count('sending'),
  }
  return { faults, counts }
}

function orderFaults(
  rows: readonly { message_id: string; chat_id: string; position: number }[],
  accepted: readonly Accepted[],
): string[] {
  const place = new Map(rows.map((row) => [row.message_id, row]))
  const lastOfChat = new Map<string, number>()
  let wrong = 0
  for (const { metadata } of [...accepted].sort((a, b) => a.n - b.n)) {
    const row = place.get(metadata ?? '')
    if (!row) continue
    if (Number(row.position) < (lastOfChat.get(row.chat_id) ?? 0)) wrong++
    lastOfChat.set(row.chat_id, Number(row.position))
  }
  return wrong > 0 ? [`${wrong} answers overtook an earlier one of their chat`] : []
}
