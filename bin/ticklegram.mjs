#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Ticklegram needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}
const program = new URL('../dist/server/cli.js', import.meta.url)
if (!existsSync(fileURLToPath(program))) {
  console.error('Ticklegram is not built yet. Run: npm start (or npm run build)')
  process.exit(1)
}
await import(program.href)
