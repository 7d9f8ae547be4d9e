// npm run test:faults [-- --kills N] [-- --events N] [-- --engine sqlite|mysql] [-- --sabotage] [-- filter ...]: kills,
// duplicates and other mishaps, on both engines. Takes minutes; not part of npm test. With --sabotage the protection
// under test is taken away from outside, and every test must fail.
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { runVitest } from './run-vitest.mjs'
import { ensureDependencies, ensureSystem } from './setup.mjs'

const { values, positionals } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    events: { type: 'string', default: '20000' },
    engine: { type: 'string' },
    sabotage: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
if (!/^[1-9]\d*$/.test(values.kills)) throw new Error('--kills takes a number from 1 up')
if (!/^[1-9]\d*$/.test(values.events)) throw new Error('--events takes a number from 1 up')
if (values.engine && !['sqlite', 'mysql'].includes(values.engine)) throw new Error('--engine takes sqlite or mysql')

ensureDependencies()
const system = ensureSystem()
const engines = values.engine ? [values.engine] : ['sqlite', ...(system.mysql ? ['mysql'] : [])]
const total = { passed: 0, failed: 0, skipped: 0 }
const failed = (await build({ onlyIfStale: true })).map((step) => `build: ${step}`)
total.failed += failed.length

for (const engine of failed.length > 0 ? [] : engines) {
  console.log(`\nFaults on ${engine}`)
  const env = {
    TEST_ENGINE: engine,
    FAULT_KILLS: values.kills,
    FAULT_EVENTS: values.events,
    ...(values.sabotage ? { FAULT_SABOTAGE: '1' } : {}),
  }
  const result = await runVitest(['run', '--project', 'faults', ...positionals], { env })
  total.passed += result.passed
  total.failed += result.failed
  total.skipped += result.skipped
  if (!result.ok) failed.push(`faults on ${engine} (${result.reason})`)
}
for (const problem of failed) console.log(`Failed: ${problem}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = failed.length > 0 ? 1 : 0
