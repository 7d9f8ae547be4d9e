// npm run test:matrix [-- 20 22 24]: the unit suite on several versions of Node, as the packages node-<system> bring them.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { build } from './build.mjs'
import { runVitest } from './run-vitest.mjs'
import { ensureDependencies } from './setup.mjs'

ensureDependencies()
const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked : ['20', '22', '24']
const folder = mkdtempSync(join(tmpdir(), 'ticklegram-node-'))
const rows = []
let allPassed = (await build({ onlyIfStale: true })).length === 0

try {
  for (const version of versions) {
    const node = installNode(version)
    const exact = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
    console.log(`\nNode ${exact}`)
    const env = { PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
    const result = await runVitest(['run', '--project', 'unit'], { node, env, quiet: true })
    allPassed &&= result.ok
    rows.push({
      Node: exact,
      passed: result.passed,
      failed: result.failed,
      skipped: result.skipped,
      seconds: Math.round(result.seconds),
      result: result.ok ? 'ok' : result.reason,
    })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.table(rows)
process.exitCode = allPassed ? 0 : 1

/**
 * The package `node` fetches its program in an install script; the platform's own package holds it as a file.
 * @param {string} version
 */
function installNode(version) {
  const system = { win32: 'win' }[String(process.platform)] ?? process.platform
  const name = `node-${system}-${process.arch}`
  const prefix = join(folder, version)
  const args = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    '--prefix',
    prefix,
    `${name}@${version}`,
  ]
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const program = join(prefix, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(program)) throw new Error(`${name}@${version} holds no Node program`)
  return program
}
