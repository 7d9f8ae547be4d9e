import { type Import, importsOf, isTest, type Source, withoutComments, withoutCommentsAndStrings } from './sources.ts'
import { ownerOf } from './table-owners.ts'

/** Reads the sources and gives a line for each place that breaks it: where, what, and what to do instead. */
export type Rule = (sources: Source[]) => string[]

const features = [
  'webhooks',
  'messages',
  'chats',
  'contacts',
  'assignment',
  'templates',
  'comments',
  'insights',
  'conversions',
  'channels',
  'team',
  'auth',
  'audit',
  'schema-history',
  'demo',
  'backup',
  'doctor',
]
const foundations = ['data', 'platform', 'meta']

const product = (sources: Source[]) => sources.filter((source) => !isTest(source.path))
const serverFolderOf = (path: string) => /^server\/([^/]+)\//.exec(path)?.[1]
const allImports = (sources: Source[]): Import[] => sources.flatMap(importsOf)

export const knownFolders: Rule = (sources) => {
  const found = new Set(sources.map((source) => serverFolderOf(source.path)).filter((name) => name !== undefined))
  return [...found]
    .filter((name) => !features.includes(name) && !foundations.includes(name))
    .map(
      (name) =>
        `server/${name}/ is not a folder of the house. The list of folders reads like the list of what the product ` +
        'does: put the code into the feature it serves, or add the feature to test/architecture/rules.ts and docs/architecture.md.',
    )
}

/** Small numbers know nothing of larger ones. */
function layerOf(path: string): number {
  if (path.startsWith('shared/')) return 0
  const folder = serverFolderOf(path)
  if (folder && foundations.includes(folder)) return 1 + foundations.indexOf(folder)
  if (folder && folder !== 'cli') return 4
  return { 'server/health.ts': 5, 'server/web-client.ts': 5, 'server/api.ts': 5, 'server/app.ts': 6 }[path] ?? 7
}

/** Types that every layer may name. They are filled in by app.ts, so importing their code would turn the house over. */
const namedByAll = ['server/ctx.ts', 'server/config.ts']

export const direction: Rule = (sources) =>
  allImports(product(sources))
    .filter(({ from, to }) => /^(server|shared)\//.test(from) && /^(server|shared)\//.test(to))
    .filter(({ to, typeOnly }) => !(typeOnly && namedByAll.includes(to)))
    .filter(({ from }) => !namedByAll.includes(from))
    .filter(({ from, to }) => layerOf(to) > layerOf(from))
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. The direction is shared <- data <- platform <- meta <- features <- api.ts <- app.ts <- ` +
        'main.ts, cli.ts: hand the value in as a parameter, or move what both need to the lower side.',
    )

export const routesOnlyInApi: Rule = (sources) =>
  allImports(product(sources))
    .filter(({ from, to }) => to.startsWith('server/') && to.endsWith('/routes.ts') && from !== 'server/api.ts')
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. Only server/api.ts imports routes: call the operation, query or view behind the route.`,
    )

export const sandboxStandsAlone: Rule = (sources) =>
  allImports(sources)
    .filter(({ from, to }) => from.startsWith('sandbox/') && /^(server|shared|web|bench)\//.test(to))
    .filter(({ to }) => to !== 'web/ui/tokens.css')
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. The sandbox is an independent reading of Meta's format, so that a mistake in our parser ` +
        'cannot hide in our own fake: write it again there, from the documentation of Meta.',
    )

export const nobodyImportsTheSandbox: Rule = (sources) =>
  allImports(product(sources))
    .filter(({ from, to }) => to.startsWith('sandbox/') && !/^(sandbox|bench)\//.test(from))
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. The product must not know its pretend Meta: start the sandbox as a process and speak to ` +
        'it over HTTP.',
    )

export const webKnowsOnlyTypesOfTheServer: Rule = (sources) =>
  allImports(sources)
    .filter(({ from, to, typeOnly }) => from.startsWith('web/') && to.startsWith('server/') && !typeOnly)
    .map(
      ({ from, to }) =>
        `${from} imports ${to} at run time. The web takes types from the server and nothing else: write \`import type\`, ` +
        'or move the value to shared/.',
    )

export const sharedStandsAlone: Rule = (sources) =>
  allImports(product(sources))
    .filter(({ from, to }) => from.startsWith('shared/') && !to.startsWith('shared/') && to !== 'zod')
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. shared/ holds nouns for the server and the browser and needs only zod: keep the code on ` +
        'the side that needs it.',
    )

export const noTestCodeInTheProduct: Rule = (sources) =>
  allImports(product(sources))
    .filter(({ from }) => !from.startsWith('bench/'))
    .filter(({ to }) => /^(test|scripts|bench)\//.test(to) || isTest(to))
    .map(
      ({ from, to }) =>
        `${from} imports ${to}. The product ships without tests and scripts: move what it needs into it.`,
    )

export const noCycles: Rule = (sources) => {
  const edges = new Map<string, string[]>()
  for (const { from, to, typeOnly, lazy } of allImports(product(sources))) {
    if (!typeOnly && !lazy) edges.set(from, [...(edges.get(from) ?? []), to])
  }
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return cycles.map(
    (cycle) => `${cycle} is a circle. Move what both sides need into a third file, or hand it in as a parameter.`,
  )
}

/** Lines of the product's server that match, each with its place. */
function linesThatMatch(sources: Source[], pattern: RegExp, allowed: (path: string) => boolean): string[] {
  return product(sources)
    .filter(({ path }) => path.startsWith('server/') && !allowed(path))
    .flatMap(({ path, text }) => {
      const match = pattern.exec(withoutComments(text))
      return match ? [`${path} has ${match[0].trim()}`] : []
    })
}

export const environmentInOnePlace: Rule = (sources) =>
  linesThatMatch(
    sources,
    /(?<!\bloadConfig\()\bprocess\.env\b|\benv\s*\}\s*=\s*process\b/,
    (path) => path === 'server/config.ts',
  ).map(
    (place) =>
      `${place}. Only server/config.ts reads the environment, so that a wrong setting stops the start with all other ` +
      'faults: add the setting there and in .env.example, and take it from ctx.config.',
  )

const engineWords =
  /(['"`])(?:sqlite|mysql|mariadb)\1|\bengine(?:\.name)?\s*[!=]==|\.(?:onConflict|onDuplicateKeyUpdate|forUpdate|skipLocked|returning|returningAll)\(|\bon (?:conflict|duplicate key)\b/i

export const enginesInOnePlace: Rule = (sources) =>
  linesThatMatch(sources, engineWords, (path) => path.startsWith('server/platform/db/')).map(
    (place) =>
      `${place}. What differs between SQLite and MySQL lives only in server/platform/db/: give it a name there and call that.`,
  )

const tableWrites = [
  /\.(?:insertInto|replaceInto|updateTable|deleteFrom|mergeInto)\(\s*['"`](\w+)/g,
  /\b(?:insert|update|upsert|delete|replace|increment|lock)\w*(?:<[^()]*>)?\(\s*[\w.]+,\s*['"`](\w+)['"`]/g,
  /\b(?:insert\s+(?:ignore\s+)?into|replace\s+into|delete\s+from)\s+["`]?(\w+)/gi,
  /\bupdate\s+["`]?(\w+)["`]?\s+set\b/gi,
]

export const tablesHaveOneOwner: Rule = (sources) =>
  product(sources)
    .filter(({ path }) => path.startsWith('server/') && !/^server\/(data|platform\/db)\//.test(path))
    .flatMap(({ path, text }) => {
      const code = withoutComments(text)
      const written = tableWrites.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''))
      return [...new Set(written)].flatMap((table) => foreignWrite(path, table))
    })

function foreignWrite(path: string, table: string): string[] {
  const owner = ownerOf(table)
  if (owner === undefined || path.startsWith(`${owner}/`)) return []
  return [
    `${path} writes ${table}, which belongs to ${owner}/. Any feature may read any table, only its owner writes it: call ` +
      `an operation of ${owner}/ (inside your transaction if need be), or write one there.`,
  ]
}

export const noBarrels: Rule = (sources) =>
  product(sources)
    .filter(({ path, text }) => {
      const code = withoutComments(text).trim()
      const rest = code.replace(/export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*['"][^'"]+['"];?/g, '')
      return /(^|\/)index\.tsx?$/.test(path) || (code !== '' && rest.trim() === '')
    })
    .map(
      ({ path }) =>
        `${path} is a barrel: a file that only passes others on, or is called index. Import from the file that holds the thing.`,
    )

const vagueName = /(?:manager|helpers?|service|utils?|handler)$/i
const declaration =
  /\b(?:class|function|const|let|interface|type)\s+(\w+(?:Manager|Helpers?|Service|Utils?|Handler))\b/g

export const tellingNames: Rule = (sources) =>
  product(sources).flatMap(({ path, text }) => {
    const parts = path.split('/').map((part) => part.replace(/\.tsx?$/, ''))
    const files = parts.filter((part) => vagueName.test(part) || part === 'common-utils').map(() => path)
    const names = [...withoutCommentsAndStrings(text).matchAll(declaration)].map((match) => `${path}: ${match[1]}`)
    return [...files, ...names].map(
      (place) =>
        `${place} has a name that says nothing (Manager, Helper, Service, Util, Handler). Name it by what it does, with ` +
        'the words of the data model: receive-message.ts, not message-handler.ts.',
    )
  })

const explicitAny = /:\s*any\b\s*[,;)=\]}>|&\n]|\bas any\b|<any[>,]|,\s*any>|\bany\[\]/

const reasonedAny = /\/\/ biome-ignore lint\/suspicious\/noExplicitAny: \S.*\n.*/g

export const noAny: Rule = (sources) =>
  sources
    .filter(({ text }) => explicitAny.test(withoutCommentsAndStrings(`${text.replace(reasonedAny, '')}\n`)))
    .map(
      ({ path }) =>
        `${path} uses \`any\`. Parse what comes from outside with a schema, take \`unknown\` where the type is open, ` +
        'and name the type otherwise.',
    )

export const noOutsideFolders: Rule = (sources) =>
  allImports(sources)
    .filter(({ to }) => to.startsWith('../') || to.startsWith('/'))
    .map(({ from, to }) => `${from} imports ${to}, which lies outside the project: copy the fact, not the path.`)

export const everyTableHasAnOwner = (tableNames: string[]): string[] =>
  tableNames
    .filter((table) => ownerOf(table) === undefined)
    .map((table) => `${table} has no owner. Add the one folder that writes it to test/architecture/table-owners.ts.`)
