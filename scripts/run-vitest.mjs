// One vitest run whose result can be added to others'.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './setup.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number, seconds: number, ok: boolean, reason: string }} RunResult */

/**
 * @param {string[]} args of vitest, from its command on
 * @param {{ env?: Record<string, string>, node?: string, quiet?: boolean }} [options] `node`: another Node's program
 * @returns {Promise<RunResult>}
 */
export async function runVitest(args, { env = {}, node = process.execPath, quiet = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-results-'))
  const file = join(folder, 'results.json')
  const began = performance.now()
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const child = spawn(node, [program, ...args, ...reporters], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  const code = await new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', resolve)
  })
  const result = summarise(readReport(file), code)
  rmSync(folder, { recursive: true, force: true })
  if (quiet && !result.ok) console.log(output)
  return { ...result, seconds: (performance.now() - began) / 1000 }
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Adds up vitest's JSON report. A file that could not be loaded counts as one failure, so does a run that failed
 * without a failed test, and so does a run that found no test: nothing that went wrong may end as "0 failed".
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: { name: string, status: string, assertionResults: { status: string }[] }[] } | null} report
 * @param {number | null} code exit code
 * @returns {Omit<RunResult, 'seconds'>}
 */
export function summarise(report, code) {
  if (!report) return { passed: 0, failed: 1, skipped: 0, ok: false, reason: 'the run ended without a report' }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  const passed = report.numPassedTests
  const skipped = report.numPendingTests + report.numTodoTests
  const failed = report.numFailedTests + brokenFiles.length
  const outcome = { passed, failed, skipped }
  if (failed > 0) return { ...outcome, ok: false, reason: `${failed} failed` }
  if (passed + skipped === 0) return { ...outcome, failed: 1, ok: false, reason: 'no test was found' }
  if (code !== 0) return { ...outcome, failed: 1, ok: false, reason: `vitest ended with exit code ${code}` }
  return { ...outcome, ok: true, reason: '' }
}
