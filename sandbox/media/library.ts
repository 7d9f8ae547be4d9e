import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { paintFace } from './faces.ts'
import { paintPicture } from './pictures.ts'
import { humVoice, onePagePdf } from './sounds.ts'

export interface Media {
  mime: string
  bytes: Buffer
}

export interface MediaLibrary {
  /** What lies under `/media/<kind>/<name>`, drawn on first sight; null when there is no such thing. */
  get(kind: string, name: string): Media | null
  /** Keeps bytes that came from outside; returns their path on this server. */
  keep(media: Media): string
}

const KINDS: Record<string, { mime: string; make: (name: string) => Buffer | null }> = {
  face: { mime: 'image/png', make: paintFace },
  picture: { mime: 'image/png', make: paintPicture },
  voice: {
    mime: 'audio/wav',
    make: (name) => (/^\d{1,3}$/.test(name) ? humVoice(Math.min(120, Math.max(1, Number(name)))) : null),
  },
  file: { mime: 'application/pdf', make: (name) => onePagePdf(`Nordlys Interiors: ${name.slice(0, 60)}`) },
}

const MEMORY_LIMIT = 64 * 1024 * 1024

export function createMediaLibrary(dataDir: string | null): MediaLibrary {
  const folder = dataDir ? join(dataDir, 'media') : null
  if (folder) mkdirSync(folder, { recursive: true })
  const memory = new Map<string, Media>()
  let used = 0

  function remember(key: string, media: Media): void {
    used += media.bytes.length
    memory.set(key, media)
    for (const [oldest, old] of memory) {
      if (used <= MEMORY_LIMIT || oldest === key) break
      memory.delete(oldest)
      used -= old.bytes.length
    }
  }

  function readKept(name: string): Media | null {
    if (!folder || !/^[0-9a-f]{32}$/.test(name)) return null
    try {
      return { mime: readFileSync(join(folder, `${name}.type`), 'utf8'), bytes: readFileSync(join(folder, name)) }
    } catch {
      return null
    }
  }

  return {
    get(kind, name) {
      const key = `${kind}/${name}`
      const known = memory.get(key)
      if (known) return known
      const maker = KINDS[kind]
      const bytes = maker?.make(name)
      const media = maker && bytes ? { mime: maker.mime, bytes } : kind === 'kept' ? readKept(name) : null
      if (media) remember(key, media)
      return media
    },
    keep(media) {
      const name = createHash('sha256').update(media.mime).update(media.bytes).digest('hex').slice(0, 32)
      remember(`kept/${name}`, media)
      if (folder) {
        writeFileSync(join(folder, `${name}.type`), media.mime)
        writeFileSync(join(folder, name), media.bytes)
      }
      return `/media/kept/${name}`
    },
  }
}
