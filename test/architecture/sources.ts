import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A file of the project: its path from the root, with forward slashes, and its text. */
export type Source = { path: string; text: string }

export type Import = {
  from: string
  /** A path of the project for a relative import, else the name of a package. */
  to: string
  typeOnly: boolean
  /** `import()`: loaded when it runs, not when the file is. */
  lazy: boolean
}

const codeFolders = ['server', 'shared', 'web', 'sandbox', 'bench']

/** All TypeScript of the product. */
export function readSources(root: string): Source[] {
  return codeFolders
    .flatMap((folder) => filesUnder(root, folder))
    .map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    }))
}

function filesUnder(root: string, folder: string): string[] {
  return readFolder(join(root, folder)).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return filesUnder(root, path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch {
    return []
  }
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('.test.tsx')
}

const commentOrString = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

export function withoutComments(text: string): string {
  return text.replace(commentOrString, (match) => (match.startsWith('/') ? '' : match))
}

export function withoutCommentsAndStrings(text: string): string {
  return text.replace(commentOrString, (match) => (match.startsWith('/') ? '' : "''"))
}

const clause = String.raw`((?:(?!\b(?:import|export)\b)[\w*\s{},$])*)`
const statement = new RegExp(String.raw`\b(?:import|export)\s+(type\b\s*)?${clause}\bfrom\s*['"]([^'"]+)['"]`, 'g')
const sideEffect = /\bimport\s*['"]([^'"]+)['"]/g
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g

/** What a file imports and re-exports, read without a compiler: good enough for code in one house style. */
export function importsOf({ path, text }: Source): Import[] {
  const code = withoutComments(text)
  const resolve = (specifier: string) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
  const found: Import[] = []
  for (const [, type, names = '', to = ''] of code.matchAll(statement)) {
    found.push({ from: path, to: resolve(to), typeOnly: Boolean(type) || onlyTypes(names), lazy: false })
  }
  for (const [, to = ''] of code.matchAll(sideEffect)) {
    found.push({ from: path, to: resolve(to), typeOnly: false, lazy: false })
  }
  for (const [, to = ''] of code.matchAll(dynamic)) {
    found.push({ from: path, to: resolve(to), typeOnly: false, lazy: true })
  }
  return found
}

function onlyTypes(names: string): boolean {
  const inBraces = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1]
  if (inBraces === undefined) return false
  const each = inBraces.split(',').map((name) => name.trim())
  return each.every((name) => name === '' || name.startsWith('type '))
}
