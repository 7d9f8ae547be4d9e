import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findOutdatedPackage, nodeIsNewEnough, requiredSuites, root } from './setup.mjs'

const folder = mkdtempSync(join(tmpdir(), 'ticklegram-setup-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.0.0', true],
  ['24.11.1', true],
])('Node %s is new enough: %s', (version, expected) => {
  expect(nodeIsNewEnough(version)).toBe(expected)
})

test('dependencies are installed again when the lock asks for another version, not for builds of other systems', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '2.0.0' },
    'node_modules/b': { version: '1.0.0', optional: true },
  }
  const install = (packages: object) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }))
  expect(findOutdatedPackage(folder)).toBe('node_modules')
  install({ 'node_modules/a': { version: '1.0.0' } })
  expect(findOutdatedPackage(folder)).toBe('node_modules/a')
  install({ 'node_modules/a': { version: '2.0.0' } })
  expect(findOutdatedPackage(folder)).toBeNull()
})

test('no suite may be left out in CI', () => {
  expect(requiredSuites({ CI: 'true' })).toEqual({ mysql: true, browser: true, redis: true })
  expect(requiredSuites({})).toEqual({ mysql: false, browser: false, redis: false })
  expect(requiredSuites({ REQUIRE_MYSQL: '1' })).toEqual({ mysql: true, browser: false, redis: false })
})

test('.env.example names every variable that config.ts reads, and no other', () => {
  const config = readFileSync(join(root, 'server/config.ts'), 'utf8')
  const example = readFileSync(join(root, '.env.example'), 'utf8')
  const read = [...config.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1])
  const named = [...example.matchAll(/^#([A-Z][A-Z_]+)=/gm)].map((match) => match[1])
  expect(named.toSorted()).toEqual(read.toSorted())
  expect(read.length).toBeGreaterThan(15)
})
