// npm run check: types, formatting and lint, unused code, the weight of the first page.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'
import { measureFirstLoad } from './bundle-size.mjs'
import { ensureDependencies, root } from './setup.mjs'
import { runPackage, runSteps } from './steps.mjs'

const firstLoadLimit = 200_000

/** @param {string} path */
const lacks = (path) => () => (existsSync(join(root, path)) ? false : 'no sources')

/** @param {string} path @param {string[]} args */
const program = (path, args) => async () => {
  await runPackage(path, args)
}

const steps = [
  {
    name: 'types of the server',
    run: program('typescript/bin/tsc', ['-p', 'tsconfig.server.json']),
    skip: lacks('server'),
  },
  { name: 'types of the web', run: program('typescript/bin/tsc', ['-p', 'tsconfig.web.json']), skip: lacks('web') },
  { name: 'formatting and lint', run: program('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']) },
  { name: 'unused files, exports and dependencies', run: program('knip/bin/knip.js', ['--no-progress']) },
  {
    name: 'weight of the first page',
    skip: lacks('web/vite.config.ts'),
    run: async () => {
      const { bytes, files } = measureFirstLoad(join(root, 'dist/web'))
      const weight = `${(bytes / 1000).toFixed(0)} kB gzip of ${firstLoadLimit / 1000} kB in ${files.length} files`
      if (bytes > firstLoadLimit) throw new Error(`${weight}\n${files.map(describeFile).join('\n')}`)
      return weight
    },
  },
]

/** @param {{ name: string, bytes: number }} file */
function describeFile(file) {
  return `${String(file.bytes).padStart(8)} ${file.name}`
}

/**
 * Runs every check, also after a failed one.
 * @returns {Promise<string[]>} the names of the failed steps
 */
export async function check() {
  console.log('Check')
  return runSteps(steps)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureDependencies()
  const failed = [...(await build({ onlyIfStale: true })), ...(await check())]
  if (failed.length > 0) {
    console.error(`Failed: ${failed.join(', ')}`)
    process.exitCode = 1
  }
}
