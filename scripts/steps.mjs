// Named steps with times, as build, check and test print them.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup.mjs'

/** @typedef {{ name: string, run: () => Promise<string | void>, skip?: () => string | false }} Step */

/**
 * Runs the steps one after the other and prints a line for each. A step that throws has failed; its message is printed.
 * @param {Step[]} steps
 * @param {{ stopAtFailure?: boolean }} [options]
 * @returns {Promise<string[]>} the names of the failed steps
 */
export async function runSteps(steps, { stopAtFailure = false } = {}) {
  const failed = []
  for (const step of steps) {
    const reason = step.skip?.()
    if (reason) {
      console.log(`  -  ${step.name} (${reason})`)
      continue
    }
    const began = performance.now()
    try {
      const note = await step.run()
      console.log(`  ok ${step.name} ${seconds(began)}${note ? `  ${note}` : ''}`)
    } catch (error) {
      failed.push(step.name)
      console.log(`  FAILED ${step.name} ${seconds(began)}`)
      console.log(indent(error instanceof Error ? error.message : String(error)))
      if (stopAtFailure) break
    }
  }
  return failed
}

/** @param {number} began */
function seconds(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^/gm, '     ')
}

/**
 * Runs a program quietly and gives its output; throws with the output when it fails.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string>}
 */
export function runQuietly(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new Error(output.trim() || `${command} ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}

/**
 * Runs the JavaScript program of an installed package quietly, with this Node.
 * @param {string} path inside node_modules
 * @param {string[]} args
 */
export function runPackage(path, args) {
  return runQuietly(process.execPath, [join(root, 'node_modules', path), ...args])
}
