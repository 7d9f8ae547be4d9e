import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completeLock } from './complete-lock.mjs'
import { root } from './setup.mjs'

const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))

test('the lock holds the builds for every system; if not, run: node scripts/complete-lock.mjs', () => {
  expect(completeLock(readJson('package-lock.json')).added).toEqual([])
})

test('the lock names no host that packages were fetched from', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
})

test('every dependency is pinned to one version, and the lock knows the same ones', () => {
  const { dependencies, devDependencies } = readJson('package.json')
  const locked = readJson('package-lock.json').packages['']
  expect({ dependencies, devDependencies }).toEqual({
    dependencies: locked.dependencies,
    devDependencies: locked.devDependencies,
  })
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('missing builds are added once, for the system that their name tells', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '1.2.3',
        dev: true,
        optionalDependencies: { '@tool/linux-x64-musl': '1.2.3', '@tool/win32-arm64': '1.2.3', loose: '^1.0.0' },
      },
      'node_modules/tool/node_modules/@tool/win32-arm64': {
        version: '1.2.3',
        resolved: 'https://packages.example/a.tgz',
      },
    },
  }
  expect(completeLock(lock)).toEqual({ added: ['@tool/linux-x64-musl'], skipped: ['loose@^1.0.0'] })
  expect(lock.packages).toHaveProperty(['node_modules/@tool/linux-x64-musl'], {
    version: '1.2.3',
    cpu: ['x64'],
    dev: true,
    optional: true,
    os: ['linux'],
    libc: ['musl'],
  })
  expect(JSON.stringify(lock)).not.toContain('resolved')
  expect(completeLock(lock).added).toEqual([])
})
