import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { State } from './model.ts'

export interface Store {
  /** Notes that something changed; the file follows within a moment. */
  touch(): void
  flush(): void
}

const SAVE_AFTER_MS = 200

export function loadState(dataDir: string | null): State | null {
  if (!dataDir) return null
  const file = join(dataDir, 'state.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  let state: State
  try {
    state = JSON.parse(text) as State
  } catch {
    throw new Error(`The sandbox cannot read its state file ${file}. Delete it to start with a fresh world.`)
  }
  if (state.version !== 1) {
    throw new Error(
      `The state file ${file} is of another version of the sandbox. Delete it to start with a fresh world.`,
    )
  }
  return state
}

/** Keeps the world in one JSON file, replaced whole by a rename so that a kill leaves the old or the new one. */
export function createStore(dataDir: string | null, state: () => State): Store {
  if (!dataDir) return { touch() {}, flush() {} }
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'state.json')
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    writeFileSync(`${file}.new`, JSON.stringify(state()), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return {
    touch() {
      timer ??= setTimeout(flush, SAVE_AFTER_MS)
    },
    flush,
  }
}
