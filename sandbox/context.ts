import type { LineLog } from './line-log.ts'
import type { Live } from './live.ts'
import type { MediaLibrary } from './media/library.ts'
import type { Settings } from './settings.ts'
import type { WebhookQueue } from './webhooks/queue.ts'
import type { State } from './world/model.ts'
import type { Store } from './world/store.ts'

/** Everything a part of the sandbox may need; made once in main.ts and passed first. */
export interface Sandbox {
  settings: Settings
  state: State
  store: Store
  queue: WebhookQueue
  live: Live
  log: LineLog
  media: MediaLibrary
  /** Virtual time in milliseconds: the real one plus the offset of the control API. */
  clock: () => number
  /** The address others reach this sandbox at, without a slash at the end. */
  url: () => string
  /** Notes a change for the state file and the page. */
  changed: (threadId?: string) => void
}

export function absoluteUrl(sandbox: Sandbox): (url: string) => string {
  return (url) => (url.startsWith('/') ? sandbox.url() + url : url)
}
