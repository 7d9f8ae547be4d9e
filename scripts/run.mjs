// node scripts/run.mjs <file.ts> [arguments]: runs one of our TypeScript programs, in a fresh clone too.
import { spawn } from 'node:child_process'
import { ensureDependencies, root } from './setup.mjs'

ensureDependencies()
const child = spawn(process.execPath, ['--import', 'tsx', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
// The terminal sends Ctrl-C to both of us: ours only has to wait for the program to end.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.once('exit', (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1)
})
