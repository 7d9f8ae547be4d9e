// Makes server/auth/common-passwords.ts from a list of common passwords on standard input, one a line:
//   node scripts/pack-common-passwords.mjs < list.txt
// Shorter ones than 8 characters are left out: they are refused anyway.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { root } from './setup.mjs'

const words = readFileSync(0, 'utf8').toLowerCase().split(/\r?\n/)
const list = [...new Set(words.filter((word) => word.length >= 8))].sort()
const packed = brotliCompressSync(list.join('\n'), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
}).toString('base64')
const file = join(root, 'server/auth/common-passwords.ts')
const before = readFileSync(file, 'utf8')
writeFileSync(file, before.replace(/(const packed =\s*)'[^']*'/, `$1'${packed}'`))
console.log(`${list.length} passwords in ${packed.length} characters`)
