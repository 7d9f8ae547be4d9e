import type { Change } from '../../shared/events.ts'
import type { Message } from '../../shared/message.ts'
import { currentActors } from '../auth/current-actors.ts'
import type { Db } from '../data/tables.ts'
import { messageViews } from '../messages/queries.ts'
import type { ChangeRow, RenderedChange } from '../platform/realtime/changes.ts'
import type { LiveBase, LiveContent } from '../platform/realtime/hub.ts'
import { type LoadedChat, loadChats } from './queries.ts'
import { anyChatView, canSeeChat, scopeOf, type Viewer } from './visibility.ts'

type For = RenderedChange['for']
type PositionId = string | null

/** What one batch needs to know, read once for all viewers. */
interface Loaded {
  messages: Map<string, Message>
  chats: Map<string, LoadedChat>
  positions: Map<string, PositionId>
}

/** Where people stood when they were last looked at; undefined for who never was. */
type Before = ReadonlyMap<string, PositionId | undefined>

const nobody: For = () => null

/**
 * Who gets what of a change, decided with the chat as it stands now and the viewer as they stand now (RT-4): a chat
 * that has moved away is never shown again by an older change, and the one it moved away from is told only that.
 */
export function chatChanges(base: LiveBase): LiveContent {
  const { db, clock } = base
  const lastPositions = new Map<string, PositionId>()
  return {
    actors: (sessionIds) => currentActors(base, sessionIds),
    render: async (rows) => {
      const wanted = withoutRepeats(rows)
      const loaded = await load(db.q, wanted, clock.now())
      const before = new Map([...loaded.positions.keys()].map((id) => [id, lastPositions.get(id)]))
      for (const [userId, position] of loaded.positions) lastPositions.set(userId, position)
      return wanted.map((row) => ({ seq: row.seq, for: recipients(row, loaded, before) }))
    },
  }
}

/** Views are of now, so of several changes of one thing in a batch the last says it all. */
function withoutRepeats(rows: readonly ChangeRow[]): ChangeRow[] {
  const toldLater = new Set<string>()
  const kept: ChangeRow[] = []
  for (const row of rows.toReversed()) {
    const about =
      row.type === 'chat.updated'
        ? `chat ${row.chatId}`
        : row.type === 'message.updated'
          ? `message ${row.messageId}`
          : null
    if (about !== null && toldLater.has(about)) continue
    // Each of these carries the chat too.
    toldLater.add(`chat ${row.chatId}`)
    if (about !== null) toldLater.add(about)
    kept.push(row)
  }
  return kept.reverse()
}

/** Messages before chats: what a message says is then never newer than the assignment that lets it be seen. */
async function load(q: Db, rows: readonly ChangeRow[], now: number): Promise<Loaded> {
  const wanted = rows.flatMap(({ chatId, messageId }) => (chatId && messageId ? [{ chatId, messageId }] : []))
  const messages = wanted.length > 0 ? await messageViews(q, wanted) : new Map<string, Message>()
  const chats = await loadChats(q, [...new Set(rows.flatMap((row) => row.chatId ?? []))], now)
  const people = rows.flatMap((row) => (row.type === 'user.updated' ? (row.userId ?? []) : (assignedFrom(row) ?? [])))
  return { messages, chats, positions: await positionsOf(q, people) }
}

async function positionsOf(q: Db, userIds: readonly string[]): Promise<Map<string, PositionId>> {
  if (userIds.length === 0) return new Map()
  const rows = await q
    .selectFrom('users')
    .select(['id', 'position_id'])
    .where('id', 'in', [...new Set(userIds)])
    .execute()
  return new Map(rows.map((row) => [row.id, row.position_id]))
}

function assignedFrom(row: ChangeRow): string | null {
  const { data } = row
  if (row.type !== 'chat.assigned' || typeof data !== 'object' || data === null || !('from' in data)) return null
  return typeof data.from === 'string' ? data.from : null
}

function recipients(row: ChangeRow, loaded: Loaded, positionsBefore: Before): For {
  switch (row.type) {
    case 'message.created':
    case 'message.updated':
      return messageRecipients(row.type, row, loaded)
    case 'message.removed':
      return removalRecipients(row, loaded)
    case 'chat.updated':
      return chatRecipients(row, loaded)
    case 'chat.assigned':
      return assignmentRecipients(row, loaded)
    case 'channels.updated':
      return (viewer) => (anyChatView.some((code) => viewer.permissions.has(code)) ? channelsUpdated : null)
    case 'user.updated':
      return personRecipients(row, loaded, positionsBefore)
    default:
      // What concerns sessions and positions the stream has acted on before this; of newer kinds we know nothing.
      return nobody
  }
}

const channelsUpdated: Change = { type: 'channels.updated' }
const meUpdated: Change = { type: 'me.updated' }

const sees = (viewer: Viewer, { chat, assigneePositionId }: LoadedChat) =>
  canSeeChat(viewer, { assignedTo: chat.assignedTo, assigneePositionId })

function messageRecipients(type: 'message.created' | 'message.updated', row: ChangeRow, loaded: Loaded): For {
  const found = loaded.chats.get(row.chatId ?? '')
  const message = loaded.messages.get(row.messageId ?? '')
  if (!found || !message) return nobody
  const change: Change = { type, chat: found.chat, message }
  return (viewer) => (sees(viewer, found) ? change : null)
}

function removalRecipients({ chatId, messageId }: ChangeRow, { chats }: Loaded): For {
  const found = chats.get(chatId ?? '')
  if (!found || !messageId) return nobody
  const change: Change = { type: 'message.removed', chat: found.chat, messageId }
  return (viewer) => (sees(viewer, found) ? change : null)
}

function chatRecipients(row: ChangeRow, { chats }: Loaded): For {
  const found = chats.get(row.chatId ?? '')
  if (!found) return nobody
  const change: Change = { type: 'chat.updated', chat: found.chat }
  return (viewer) => (sees(viewer, found) ? change : null)
}

function assignmentRecipients(row: ChangeRow, { chats, positions }: Loaded): For {
  const found = chats.get(row.chatId ?? '')
  if (!found) return nobody
  const assignedTo = assignedFrom(row)
  const before = { assignedTo, assigneePositionId: assignedTo === null ? null : (positions.get(assignedTo) ?? null) }
  const arrived: Change = { type: 'chat.updated', chat: found.chat }
  const left: Change = { type: 'chat.removed', chatId: found.chat.id }
  return (viewer) => (sees(viewer, found) ? arrived : canSeeChat(viewer, before) ? left : null)
}

/**
 * Someone's place in a team decides who else sees their chats: when it changes, those who see the one team or the other
 * fetch again. The stream itself sees to the person whose own rights changed.
 */
function personRecipients(row: ChangeRow, { positions }: Loaded, positionsBefore: Before): For {
  const userId = row.userId ?? ''
  const now = positions.get(userId) ?? null
  const before = positionsBefore.get(userId)
  const touched = (positionId: string) =>
    before !== now && (before === undefined || before === positionId || now === positionId)
  return (viewer) => {
    if (viewer.userId === userId) return meUpdated
    const scope = scopeOf(viewer)
    return scope.sees === 'some' && scope.positionId !== null && touched(scope.positionId) ? 'resync' : null
  }
}
