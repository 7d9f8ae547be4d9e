// What a browser fetches before the inbox can be used: index.html, what it names, what those import, and the lazily
// loaded route of the inbox with its own imports.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** @typedef {{ file: string, src?: string, isEntry?: boolean, imports?: string[], dynamicImports?: string[], css?: string[] }} Chunk */

/** Routes that are on screen right after signing in, by their path under web/. */
const firstScreen = /^(app|chats)\//

/**
 * Gzip size of the inbox's first load in bytes, and the files it is made of, heaviest first. Fonts and pictures are not
 * counted: text is on screen before they arrive.
 * @param {string} folder a Vite build with its manifest
 */
export function measureFirstLoad(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'))
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const files = ['index.html', ...firstLoadFiles(html, manifest)]
    .map((name) => ({ name, bytes: gzipSync(readFileSync(join(folder, name)), { level: 9 }).length }))
    .sort((a, b) => b.bytes - a.bytes)
  return { bytes: files.reduce((sum, file) => sum + file.bytes, 0), files }
}

/**
 * @param {string} html
 * @param {Record<string, Chunk>} manifest
 * @returns {string[]}
 */
export function firstLoadFiles(html, manifest) {
  const files = new Set()
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g)) {
    const path = /(?:src|href)="\.?\/?([^"]+\.(?:js|css))"/.exec(tag)?.[1]
    if (path) files.add(path)
  }
  const seen = new Set()
  /** @param {string} key */
  const addWithImports = (key) => {
    const chunk = manifest[key]
    if (!chunk || seen.has(key)) return
    seen.add(key)
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const each of chunk.imports ?? []) addWithImports(each)
  }
  for (const [key, chunk] of Object.entries(manifest)) {
    if (chunk.isEntry || files.has(chunk.file)) addWithImports(key)
  }
  for (const key of [...seen]) {
    for (const each of manifest[key]?.dynamicImports ?? []) if (firstScreen.test(each)) addWithImports(each)
  }
  return [...files]
}
