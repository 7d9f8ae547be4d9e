import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { type Finding, fault, ok, reasonOf, warn } from './finding.ts'

/** Node, the data folder and the room on its disk. */
export const checkMachine = (config: Config): Finding[] => [
  checkNode(process.versions.node),
  checkFolder(config.dataDir),
  ...checkRoom(config.dataDir),
]

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return ok('Node', version)
  return fault('Node', `${version} is too old`, 'install Node 20.19 or newer')
}

function checkFolder(dataDir: string): Finding {
  if (!existsSync(dataDir)) return warn('Data folder', `${dataDir} is not there yet`, 'the first start makes it')
  const probe = join(dataDir, `.doctor-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(probe, '', { flag: 'wx' })
    rmSync(probe)
    return ok('Data folder', `${dataDir} can be written`)
  } catch (error) {
    return fault('Data folder', reasonOf(error), 'give this user the right to it, or set DATA_DIR')
  }
}

const megabyte = 1_000_000

function checkRoom(dataDir: string): Finding[] {
  const there = existingPart(dataDir)
  const { bavail, bsize } = statfsSync(there)
  const free = (bavail * bsize) / megabyte
  const says = free >= 1000 ? `${(free / 1000).toFixed(1)} GB free` : `${free.toFixed(0)} MB free`
  if (free < 100) return [fault('Disk', says, 'make room now: without it nothing more is accepted')]
  return [free < 1000 ? warn('Disk', says, 'make room, or move DATA_DIR to a larger disk') : ok('Disk', says)]
}

const existingPart = (path: string): string => (existsSync(path) ? path : existingPart(dirname(path)))
