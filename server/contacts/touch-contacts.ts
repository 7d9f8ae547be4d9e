import type { Platform } from '../../shared/common.ts'
import { upsertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import type { Tx } from '../platform/db/transaction.ts'

export interface Sighting {
  platform: Platform
  contactId: string
  /** Milliseconds. */
  at: number
  /** What they wrote; null when they were only written to. */
  text: string | null
}

const later = 'CASE WHEN new(last_seen_at) > last_seen_at THEN new(last_seen_at) ELSE last_seen_at END'
const earlier = 'CASE WHEN new(first_seen_at) < first_seen_at THEN new(first_seen_at) ELSE first_seen_at END'
const newerText =
  'CASE WHEN new(last_message) IS NOT NULL AND new(last_seen_at) >= last_seen_at THEN new(last_message) ELSE last_message END'

/** Makes the contacts known, with first and last sighting by Meta's time whatever order events come in. */
export async function touchContacts(tx: Tx, sightings: readonly Sighting[]): Promise<void> {
  const merged = new Map<string, Sighting & { first: number }>()
  for (const s of [...sightings].sort((a, b) => a.at - b.at)) {
    const key = `${s.platform} ${s.contactId}`
    const known = merged.get(key)
    merged.set(key, { ...s, first: known?.first ?? s.at, text: s.text ?? known?.text ?? null })
  }
  // In the order of their keys, so that two processes take the rows' locks in the same order.
  const all = [...merged.values()].sort((a, b) => (a.contactId < b.contactId ? -1 : 1))
  const row = (s: Sighting & { first: number }) => ({
    first_seen_at: dbTime(s.first),
    last_seen_at: dbTime(s.at),
    last_message: s.text,
  })
  const instagram = all.filter((s) => s.platform === 'INSTAGRAM')
  const facebook = all.filter((s) => s.platform === 'FACEBOOK')
  await upsertAll(
    tx,
    'instagram_users',
    instagram.map((s) => ({ igsid: s.contactId, ...row(s) })),
    ['igsid'],
    [
      ['last_message', newerText],
      ['first_seen_at', earlier],
      ['last_seen_at', later],
    ],
  )
  await upsertAll(
    tx,
    'facebook_users',
    facebook.map((s) => ({ id: s.contactId, ...row(s) })),
    ['id'],
    [
      ['last_message', newerText],
      ['first_seen_at', earlier],
      ['last_seen_at', later],
    ],
  )
}
