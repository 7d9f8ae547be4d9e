import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ConfigError, loadConfig } from './config.ts'

const faults = (env: Record<string, string>) => {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    return (error as ConfigError).faults
  }
}

describe('the environment', () => {
  it('needs nothing: SQLite, the sandbox, this machine only', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:3000',
      sandbox: true,
      sandboxPort: 3001,
    })
    expect(config.databaseUrl).toMatch(/^sqlite:.*data.ticklegram\.db$/)
  })

  it('names every fault at once', () => {
    const found = faults({
      PORT: 'eighty',
      PUBLIC_URL: 'inbox.example',
      DATABASE_URL: 'postgres://x',
      REDIS_URL: 'http://x',
      SANDBOX: 'maybe',
      META_APP_ID: 'abc',
      META_APP_SECRET: 'short',
      META_VERIFY_TOKEN: 'x',
      META_GRAPH_URL: 'graph',
      META_GRAPH_VERSION: '26',
      ENCRYPTION_KEY: 'k:AAAA',
      MEDIA_MODE: 'none',
      LOG_LEVEL: 'loud',
    })
    for (const name of [
      'PORT',
      'PUBLIC_URL',
      'DATABASE_URL',
      'REDIS_URL',
      'SANDBOX',
      'META_APP_ID',
      'META_APP_SECRET',
      'META_VERIFY_TOKEN',
      'META_GRAPH_URL',
      'META_GRAPH_VERSION',
      'ENCRYPTION_KEY',
      'MEDIA_MODE',
      'LOG_LEVEL',
    ]) {
      expect(
        found.some((f) => f.startsWith(name)),
        name,
      ).toBe(true)
    }
  })

  it('does not let one fault hide another', () => {
    const found = faults({ PORT: 'x', SANDBOX: 'off', SMTP_URL: 'smtp://localhost' })
    expect(found.map((f) => f.split(' ')[0])).toEqual([
      'PORT',
      'META_APP_ID',
      'META_APP_SECRET',
      'META_VERIFY_TOKEN',
      'MAIL_FROM',
    ])
  })

  it('ING-2 refuses an empty or short app secret, also one of several', () => {
    const base = { META_APP_ID: '1', META_VERIFY_TOKEN: 'verify-token' }
    for (const secret of ['short', ' , ', `${'x'.repeat(16)},short`]) {
      expect(faults({ ...base, META_APP_SECRET: secret }).join(), secret).toContain('META_APP_SECRET')
    }
    expect(
      loadConfig({ ...base, META_APP_SECRET: `${'x'.repeat(16)}, ${'y'.repeat(16)}` }).meta.appSecrets,
    ).toHaveLength(2)
  })

  it('asks for all of Meta’s settings as soon as the sandbox is off', () => {
    expect(faults({ SANDBOX: 'off' }).map((f) => f.split(' ')[0])).toEqual([
      'META_APP_ID',
      'META_APP_SECRET',
      'META_VERIFY_TOKEN',
    ])
    expect(faults({ SMTP_URL: 'smtp://localhost' })).toEqual([expect.stringContaining('MAIL_FROM')])
  })

  it('reads a value from the file that NAME_FILE names, and refuses both at once', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'ticklegram-config-')), 'port')
    writeFileSync(file, '4321\n')
    expect(loadConfig({ PORT_FILE: file }).port).toBe(4321)
    expect(faults({ PORT_FILE: file, PORT: '1' })).toEqual([expect.stringContaining('both set')])
    expect(faults({ PORT_FILE: `${file}.gone` })).toEqual([expect.stringContaining('cannot read')])
  })

  it('says it all in one readable error', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(
      /has 2 faults:\n {2}- PORT must be a port number\n {2}- LOG_LEVEL/,
    )
  })
})
