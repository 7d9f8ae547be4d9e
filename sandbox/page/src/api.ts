import type { MessageView, SummaryView, ThreadView } from '../../control/view.ts'
import type { LogLine } from '../../line-log.ts'
import type { Fault, Switches } from '../../world/model.ts'

export type { Fault, LogLine, MessageView, SummaryView, Switches, ThreadView }
export type PersonView = SummaryView['people'][number]
export type Side = 'instagram' | 'page'

const BASE = '/_sandbox/api'

/** Calls the control API; throws an Error with its words. */
export async function call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${BASE}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const answer = (await response.json()) as T & { error?: string }
  if (!response.ok) throw new Error(answer.error ?? `The sandbox answered ${response.status}`)
  return answer
}

export async function upload(file: File): Promise<string> {
  const response = await fetch(`${BASE}/media`, {
    method: 'POST',
    body: file,
    headers: { 'content-type': file.type || 'application/octet-stream' },
  })
  if (!response.ok) throw new Error('The file could not be taken. It may be over 25 MB.')
  return ((await response.json()) as { url: string }).url
}

export const liveUrl = (client: string): string => `${BASE}/live?client=${client}`
