// Brings a fresh clone to the point where the other scripts can run. Plain Node on purpose: nothing is installed yet.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const oldestNode = { major: 20, minor: 19 }

/** True when the running Node is at least the floor that package.json names. */
export function nodeIsNewEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor)
}

/** Ends the program with one clear line on a Node that cannot run Ticklegram. */
export function requireNode() {
  if (nodeIsNewEnough()) return
  const floor = `${oldestNode.major}.${oldestNode.minor}`
  console.error(`Ticklegram needs Node ${floor} or newer, this is ${process.versions.node}. Node 24 is recommended.`)
  process.exit(1)
}

/**
 * The first package that the lock asks for and node_modules lacks or holds in another version, or null.
 * Optional packages do not count: they are builds for other systems.
 * @param {string} folder
 */
export function findOutdatedPackage(folder = root) {
  const installedList = join(folder, 'node_modules', '.package-lock.json')
  if (!existsSync(installedList)) return 'node_modules'
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedList, 'utf8')).packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional) continue
    if (installed[path]?.version !== entry.version) return path
  }
  return null
}

/** Runs `npm ci` when node_modules does not hold what package-lock.json asks for. */
export function ensureDependencies() {
  requireNode()
  const outdated = findOutdatedPackage()
  if (!outdated) return
  console.log(`Installing dependencies (${outdated} is missing or outdated) ...`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const result = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) throw new Error('npm ci failed: see the lines above')
}

/**
 * Full path of the first of these programs that the machine has, or null. Debian keeps servers outside a user's PATH.
 * @param {string[]} names
 */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  for (const name of names) {
    for (const folder of folders) {
      if (folder && existsSync(join(folder, name))) return join(folder, name)
    }
  }
  return null
}

/** The browser for the stories: `CHROMIUM_PATH`, else what the machine has, else null. */
export function findChromium() {
  return (
    process.env.CHROMIUM_PATH || findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
  )
}

const programs = [
  {
    name: 'MariaDB',
    suite: 'the MariaDB suite',
    packages: ['mariadb-server-core', 'mariadb-client-core'],
    requirement: 'mysql',
    present: () =>
      Boolean(process.env.TEST_MYSQL_URL || (findProgram('mariadbd') && findProgram('mariadb-install-db'))),
  },
  {
    name: 'Chromium',
    suite: 'the browser stories',
    packages: ['chromium', 'fonts-noto-core', 'fonts-noto-color-emoji'],
    requirement: 'browser',
    present: () => findChromium() !== null,
  },
  {
    name: 'Redis',
    suite: 'the tests with Redis',
    packages: ['redis-server'],
    requirement: 'redis',
    present: () => findProgram('redis-server') !== null,
  },
]

/** Which suites may not be left out: all in CI, else those named by REQUIRE_MYSQL=1, REQUIRE_BROWSER=1, REQUIRE_REDIS=1. */
export function requiredSuites(env = process.env) {
  const inCi = env.CI === 'true' || env.CI === '1'
  return {
    mysql: inCi || env.REQUIRE_MYSQL === '1',
    browser: inCi || env.REQUIRE_BROWSER === '1',
    redis: inCi || env.REQUIRE_REDIS === '1',
  }
}

/**
 * Sees to it that the test suites find their servers and their browser. As root on Debian it installs what is missing;
 * elsewhere it prints one line that says what to install and which suites will not run.
 * @param {{ required?: Record<string, boolean> }} [options]
 * @returns {{ mysql: boolean, browser: boolean, redis: boolean }} what is there afterwards
 */
export function ensureSystem({ required = requiredSuites() } = {}) {
  const missing = programs.filter((program) => !program.present())
  if (missing.length > 0 && process.getuid?.() === 0 && findProgram('apt-get')) installDebianPackages(missing)

  const stillMissing = programs.filter((program) => !program.present())
  if (stillMissing.length > 0) {
    const packages = stillMissing.flatMap((program) => program.packages).join(' ')
    const suites = stillMissing.map((program) => program.suite).join(', ')
    console.log(`Not run: ${suites}. To run them: apt-get install --no-install-recommends ${packages}`)
  }
  const forbidden = stillMissing.filter((program) => required[program.requirement])
  if (forbidden.length > 0) {
    throw new Error(
      `${forbidden.map((program) => program.name).join(' and ')} must be there and could not be installed`,
    )
  }
  const have = Object.fromEntries(programs.map((program) => [program.requirement, program.present()]))
  return { mysql: have.mysql === true, browser: have.browser === true, redis: have.redis === true }
}

/** @param {typeof programs} missing */
function installDebianPackages(missing) {
  const packages = missing.flatMap((program) => program.packages)
  console.log(`Installing from Debian's packages: ${packages.join(' ')} ...`)
  // RUNLEVEL=1 keeps the redis-server package from starting a service: the tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0']
  for (const args of [
    ['update', ...quiet],
    ['install', '-y', '--no-install-recommends', ...quiet, ...packages],
  ]) {
    const result = spawnSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
    if (result.status !== 0) {
      console.log(`apt-get ${args[0]} failed:\n${result.stdout}${result.stderr}`)
    }
  }
}
