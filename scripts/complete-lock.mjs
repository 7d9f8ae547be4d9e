// Run after every install that changes package-lock.json. Where the package index serves only this machine's builds,
// npm leaves the other systems' optional packages out of the lock and `npm ci` then refuses it on those systems (and
// npm 11 refuses it here too). This adds them from the exact versions that their parents name.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './setup.mjs'

const exactVersion = /^\d+\.\d+\.\d+(?:[-+.][\w.+-]+)?$/
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'netbsd', 'win32', 'sunos', 'aix', 'openharmony']
const processors = ['arm64', 'x64', 'ia32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el', 'wasm32']

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, optionalDependencies?: Record<string, string>, resolved?: string, os?: string[], cpu?: string[], libc?: string[] }} Entry */

/**
 * Adds the missing optional packages and drops the hosts they were fetched from.
 * @param {{ packages: Record<string, Entry> }} lock changed in place
 * @returns {{ added: string[], skipped: string[] }}
 */
export function completeLock(lock) {
  const added = []
  const skipped = []
  for (const [path, entry] of Object.entries({ ...lock.packages })) {
    delete entry.resolved
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isReachable(lock.packages, path, name)) continue
      if (exactVersion.test(version)) {
        lock.packages[`node_modules/${name}`] = optionalEntry(name, version, entry.dev)
        added.push(name)
      } else {
        skipped.push(`${name}@${version}`)
      }
    }
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { added, skipped }
}

/**
 * Looks where Node would: in the package's own node_modules, then upwards.
 * @param {Record<string, Entry>} packages
 * @param {string} from
 * @param {string} name
 */
function isReachable(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

/**
 * The system a build is for is read from its name: that is all the parents tell.
 * @param {string} name
 * @param {string} version
 * @param {boolean | undefined} dev
 * @returns {Entry}
 */
function optionalEntry(name, version, dev) {
  const words = name.split(/[/-]/)
  const cpu = words.includes('wasm32') ? 'wasm32' : processors.find((each) => words.includes(each))
  const system = words.includes('windows') ? 'win32' : systems.find((each) => words.includes(each))
  /** @type {Entry} */
  const entry = { version }
  if (cpu) entry.cpu = [cpu]
  else if (words.some((word) => word.startsWith('arm'))) entry.cpu = ['arm']
  if (dev) entry.dev = true
  entry.optional = true
  if (system) entry.os = [system]
  if (words.some((word) => word.startsWith('musl'))) entry.libc = ['musl']
  else if (words.some((word) => word.startsWith('gnu'))) entry.libc = ['glibc']
  return entry
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const { added, skipped } = completeLock(lock)
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(
    `package-lock.json: ${added.length} optional packages added${added.length ? `: ${added.join(', ')}` : ''}`,
  )
  if (skipped.length) console.log(`Not exact, left out: ${skipped.join(', ')}`)
}
