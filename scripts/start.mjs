// npm start [-- command]: installs, builds what changed, then runs bin/ticklegram.mjs in this same process, so that
// signals, the terminal and the exit code are the program's own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureDependencies, requireNode, root } from './setup.mjs'

requireNode()
try {
  ensureDependencies()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
const { build } = await import('./build.mjs')
const failed = await build({ onlyIfStale: true })
if (failed.length > 0) {
  console.error(`Not started, the build failed at: ${failed.join(', ')}`)
  process.exit(1)
}

const settings = join(root, '.env')
if (existsSync(settings)) process.loadEnvFile(settings)

const program = join(root, 'bin/ticklegram.mjs')
const [command = 'serve', ...rest] = process.argv.slice(2)
process.argv = [process.execPath, program, command, ...rest]
await import(pathToFileURL(program).href)
