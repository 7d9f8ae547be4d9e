// npm test: everything, in a fresh clone too. npm test -- <filters>: only the matching files, on SQLite
// (TEST_ENGINE=mysql for MariaDB), without build and check.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies, ensureSystem, findChromium, requireNode, root } from './setup.mjs'

/** @typedef {import('./run-vitest.mjs').RunResult} RunResult */

requireNode()
const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {string[]} */
const problems = []

/** @param {string} step @param {string} [reason] */
function stepFailed(step, reason = '') {
  problems.push(reason ? `${step} (${reason})` : step)
  total.failed += 1
}

/** @param {string} name @param {RunResult} result */
function addRun(name, result) {
  total.passed += result.passed
  total.failed += result.failed
  total.skipped += result.skipped
  if (!result.ok) problems.push(`${name} (${result.reason})`)
}

/** @param {string[]} filters */
async function runMatching(filters) {
  const { build } = await import('./build.mjs')
  const { runVitest } = await import('./run-vitest.mjs')
  const project = filters.some((each) => each.includes('stories')) ? 'stories' : 'unit'
  if (project === 'stories' || !existsSync(join(root, 'dist'))) {
    for (const step of await build({ onlyIfStale: true })) stepFailed(`build: ${step}`)
  }
  addRun('tests', await runVitest(['run', '--project', project, ...filters], { env: browserEnv() }))
}

async function runEverything() {
  const system = ensureSystem()
  const { build } = await import('./build.mjs')
  const { check } = await import('./check.mjs')
  const { runVitest } = await import('./run-vitest.mjs')

  const brokenBuild = await build({ onlyIfStale: true })
  for (const step of brokenBuild) stepFailed(`build: ${step}`)
  for (const step of await check()) stepFailed(`check: ${step}`)

  console.log('\nTests on SQLite')
  addRun('tests on SQLite', await runVitest(['run', '--project', 'unit'], { env: { TEST_ENGINE: 'sqlite' } }))
  if (system.mysql) {
    console.log('\nThe tests that use a database, on MariaDB')
    const args = ['related', 'test/database.ts', '--run', '--project', 'unit']
    addRun('tests on MariaDB', await runVitest(args, { env: { TEST_ENGINE: 'mysql' } }))
  }
  if (system.browser && brokenBuild.length === 0) {
    console.log('\nStories in a browser')
    addRun('stories', await runVitest(['run', '--project', 'stories'], { env: browserEnv() }))
  }
  if (!system.mysql) console.log('The MariaDB suite did not run: MariaDB is missing.')
  if (!system.browser) console.log('The browser stories did not run: Chromium is missing.')
}

/** @returns {Record<string, string>} */
function browserEnv() {
  const chromium = findChromium()
  return chromium ? { CHROMIUM_PATH: chromium } : {}
}

try {
  ensureDependencies()
  const filters = process.argv.slice(2)
  await (filters.length > 0 ? runMatching(filters) : runEverything())
} catch (error) {
  stepFailed('set-up', error instanceof Error ? error.message : String(error))
}
console.log('')
for (const problem of problems) console.log(`Failed: ${problem}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = problems.length > 0 ? 1 : 0
