// npm run build: server and sandbox by tsc, the two pages by Vite, all into dist/.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureDependencies, root } from './setup.mjs'
import { runPackage, runSteps } from './steps.mjs'

const parts = [
  {
    name: 'server, shared, sandbox',
    source: 'server',
    output: 'dist/server',
    inputs: ['server', 'shared', 'sandbox', 'tsconfig.json', 'tsconfig.server.json', 'tsconfig.build.json'],
    ignores: ['sandbox/page'],
    build: async () => {
      await runPackage('typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
      removeOrphans(['server', 'shared', 'sandbox'])
    },
  },
  {
    name: 'web',
    source: 'web/vite.config.ts',
    output: 'dist/web',
    inputs: ['web', 'shared', 'tsconfig.json', 'tsconfig.web.json'],
    ignores: [],
    build: () => viteBuild('web'),
  },
  {
    name: 'sandbox page',
    source: 'sandbox/page/vite.config.ts',
    output: 'dist/sandbox-page',
    inputs: ['sandbox/page', 'web/ui/tokens.css', 'tsconfig.json', 'tsconfig.web.json'],
    ignores: [],
    build: () => viteBuild('sandbox/page'),
  },
]

/**
 * Builds everything, or only the parts whose sources changed since they were last built.
 * @param {{ onlyIfStale?: boolean }} [options]
 * @returns {Promise<string[]>} the names of the steps that failed
 */
export async function build({ onlyIfStale = false } = {}) {
  const stale = parts.filter((part) => existsSync(join(root, part.source)) && (!onlyIfStale || isStale(part)))
  if (stale.length === 0) {
    if (!onlyIfStale) console.log('Nothing to build: no sources')
    return []
  }
  console.log('Build')
  const steps = stale.map((part) => ({
    name: part.name,
    run: async () => {
      const fingerprint = fingerprintOf(part)
      rmSync(stampOf(part), { force: true })
      await part.build()
      mkdirSync(dirname(stampOf(part)), { recursive: true })
      writeFileSync(stampOf(part), fingerprint)
    },
  }))
  return runSteps(steps, { stopAtFailure: true })
}

/** @param {typeof parts[number]} part */
function isStale(part) {
  if (!existsSync(join(root, part.output)) || !existsSync(stampOf(part))) return true
  return readFileSync(stampOf(part), 'utf8') !== fingerprintOf(part)
}

/** @param {typeof parts[number]} part */
function stampOf(part) {
  return join(root, 'dist/.built', part.output.replace('dist/', ''))
}

/** @param {typeof parts[number]} part */
function fingerprintOf(part) {
  const hash = createHash('sha256')
  for (const path of [...part.inputs, 'package-lock.json'].flatMap(listFiles)) {
    if (path.endsWith('.test.ts') || part.ignores.some((folder) => path.startsWith(`${folder}/`))) continue
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * Every file at or under a path of the project, in a fixed order.
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  try {
    const names = readdirSync(full).sort()
    return names.flatMap((name) => listFiles(`${path}/${name}`))
  } catch {
    return [path]
  }
}

/** tsc leaves the output of deleted sources behind; a stale module that still loads hides mistakes. @param {string[]} folders */
function removeOrphans(folders) {
  for (const path of folders.flatMap((folder) => listFiles(`dist/${folder}`))) {
    const source = path.replace(/^dist\//, '').replace(/\.js(\.map)?$/, '.ts')
    if (/\.js(\.map)?$/.test(path) && !existsSync(join(root, source))) rmSync(join(root, path))
  }
}

/** @param {string} folder */
async function viteBuild(folder) {
  await runPackage('vite/bin/vite.js', [
    'build',
    folder,
    '--config',
    `${folder}/vite.config.ts`,
    '--manifest',
    '--logLevel',
    'warn',
  ])
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureDependencies()
  const failed = await build()
  if (failed.length > 0) {
    console.error(`Build failed at: ${failed.join(', ')}`)
    process.exitCode = 1
  }
}
