import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { tables } from '../server/data/tables.ts'
import * as rules from './architecture/rules.ts'
import { importsOf, readSources, type Source } from './architecture/sources.ts'

const sources = readSources(dirname(dirname(fileURLToPath(import.meta.url))))

type Planted = Record<string, string>
const planted = (files: Planted): Source[] => Object.entries(files).map(([path, text]) => ({ path, text }))

type Case = {
  says: string
  rule: rules.Rule
  /** Each breaks the rule in its own way. */
  broken: Planted[]
  /** Looks like a breach and is none. */
  fine?: Planted
}

const cases: Case[] = [
  {
    says: 'server/ holds the folders of the house and no others',
    rule: rules.knownFolders,
    broken: [{ 'server/misc/thing.ts': '' }],
    fine: { 'server/chats/assign-chat.ts': '', 'server/app.ts': '' },
  },
  {
    says: 'imports go one way: shared, data, platform, meta, features, api, app, main',
    rule: rules.direction,
    broken: [
      { 'shared/chat.ts': "import { row } from '../server/chats/view.ts'" },
      { 'server/data/tables.ts': "import { openDatabase } from '../platform/db/open.ts'" },
      { 'server/platform/log.ts': "import { parse } from '../meta/webhook.ts'" },
      { 'server/meta/graph.ts': "import type { ChatRow } from '../chats/view.ts'" },
      { 'server/chats/queries.ts': "import { api } from '../api.ts'" },
      { 'server/api.ts': "import { buildApp } from './app.ts'" },
      { 'server/app.ts': "import { main } from './main.ts'" },
      { 'server/platform/log.ts': "import { loadConfig } from '../config.ts'" },
    ],
    fine: {
      'server/main.ts': "import { buildApp } from './app.ts'\nimport { loadConfig } from './config.ts'",
      'server/platform/http/route.ts': "import type { Ctx } from '../../ctx.ts'",
      'server/messages/send-message.ts': "import { openChat } from '../chats/open-chat.ts'",
      'server/ctx.ts': "import type { Graph } from './meta/graph.ts'",
    },
  },
  {
    says: 'only api.ts imports routes',
    rule: rules.routesOnlyInApi,
    broken: [
      { 'server/messages/send.ts': "import { routes } from '../chats/routes.ts'" },
      { 'server/app.ts': "import { routes } from './chats/routes.ts'" },
    ],
    fine: { 'server/api.ts': "import { routes } from './chats/routes.ts'" },
  },
  {
    says: 'the sandbox imports nothing of the product',
    rule: rules.sandboxStandsAlone,
    broken: [
      { 'sandbox/graph/send.ts': "import { window } from '../../server/meta/window.ts'" },
      { 'sandbox/page/main.tsx': "import type { Chat } from '../../shared/chat.ts'" },
    ],
    fine: { 'sandbox/page/main.tsx': "import '../../web/ui/tokens.css'" },
  },
  {
    says: 'the product imports nothing of the sandbox',
    rule: rules.nobodyImportsTheSandbox,
    broken: [{ 'server/app.ts': "const { startSandbox } = await import('../sandbox/main.ts')" }],
    fine: { 'bench/ingest.ts': "import { sign } from '../sandbox/webhooks/body.ts'" },
  },
  {
    says: 'the web takes only types from the server',
    rule: rules.webKnowsOnlyTypesOfTheServer,
    broken: [{ 'web/api.ts': "import { api, type Api } from '../server/api.ts'" }],
    fine: { 'web/api.ts': "import type { Api } from '../server/api.ts'\nimport { type A } from '../server/b.ts'" },
  },
  {
    says: 'shared needs nothing but zod',
    rule: rules.sharedStandsAlone,
    broken: [{ 'shared/chat.ts': "import { readFileSync } from 'node:fs'" }],
    fine: { 'shared/chat.ts': "import * as z from 'zod'\nimport { id } from './common.ts'" },
  },
  {
    says: 'the product imports no tests and no scripts',
    rule: rules.noTestCodeInTheProduct,
    broken: [
      { 'server/demo/people.ts': "import { cast } from '../../test/cast.ts'" },
      { 'web/main.tsx': "import { seed } from '../scripts/seed.ts'" },
    ],
    fine: { 'server/chats/queries.test.ts': "import { cast } from '../../test/cast.ts'" },
  },
  {
    says: 'no file leads back to itself through its imports',
    rule: rules.noCycles,
    broken: [
      {
        'server/chats/a.ts': "import { b } from '../messages/b.ts'",
        'server/messages/b.ts': "import { c } from './c.ts'",
        'server/messages/c.ts': "export { a } from '../chats/a.ts'",
      },
    ],
    fine: {
      'server/chats/a.ts': "import { b } from './b.ts'",
      'server/chats/b.ts': "import type { A } from './a.ts'",
    },
  },
  {
    says: 'only config.ts reads the environment',
    rule: rules.environmentInOnePlace,
    broken: [{ 'server/platform/log.ts': 'const level = process.env.LOG_LEVEL' }],
    fine: {
      'server/config.ts': 'const { PORT } = process.env',
      'server/app.ts': '// not process.env',
      'server/cli.ts': 'const config = loadConfig(process.env)',
    },
  },
  {
    says: 'what differs between the engines lives in platform/db',
    rule: rules.enginesInOnePlace,
    broken: [
      { 'server/chats/queries.ts': "if (db.engine === 'x') go()" },
      { 'server/chats/queries.ts': "const like = kind('mysql') ? 'a' : 'b'" },
      { 'server/chats/queries.ts': "db.insertInto('chats').values(row).onConflict((c) => c.doNothing())" },
      { 'server/chats/queries.ts': 'sql`insert into chats values (1) ON DUPLICATE KEY UPDATE id = id`' },
    ],
    fine: { 'server/platform/db/open.ts': "engine.name === 'sqlite'" },
  },
  {
    says: 'only the owning feature writes a table',
    rule: rules.tablesHaveOneOwner,
    broken: [
      { 'server/messages/receive.ts': "await tx.q.updateTable('chats').set({ unread_count: 0 }).execute()" },
      { 'server/chats/open.ts': "await insertNew(tx, 'users', rows)" },
      { 'server/auth/sign-in.ts': 'await sql`UPDATE users SET is_active = 0`.execute(q)' },
      { 'server/team/remove.ts': 'await sql`delete from sessions where user_id = 1`.execute(q)' },
    ],
    fine: {
      'server/chats/queries.ts': "await tx.q.selectFrom('users').execute(); await tx.q.deleteFrom('chats').execute()",
      'server/chats/queries.test.ts': "await q.insertInto('users').execute()",
    },
  },
  {
    says: 'no barrel files',
    rule: rules.noBarrels,
    broken: [
      { 'server/chats/index.ts': 'export const a = 1' },
      { 'server/chats/all.ts': "export * from './a.ts'\nexport { b } from './b.ts'" },
    ],
    fine: { 'server/chats/view.ts': "export type { Chat } from './a.ts'\nexport const b = 1" },
  },
  {
    says: 'names say what a thing does',
    rule: rules.tellingNames,
    broken: [
      { 'server/utils/dates.ts': '' },
      { 'server/chats/chat-service.ts': '' },
      { 'server/chats/open.ts': 'export class ChatManager {}' },
      { 'web/ui/button.tsx': 'function clickHandler() {}' },
    ],
    fine: { 'server/chats/open-chat.ts': "const handler = 1; const text = 'const ChatManager'" },
  },
  {
    says: 'no any, unless a comment for Biome says why nothing else will do',
    rule: rules.noAny,
    broken: [
      { 'server/chats/a.ts': 'const a: any = 1' },
      { 'server/chats/a.ts': 'const a = b as any' },
      { 'web/a.ts': 'type A = Record<string, any>' },
      { 'shared/a.ts': 'type A = any[]' },
    ],
    fine: {
      'shared/a.ts': "// any\nconst any = 'as any'; const a: unknown = z.any()",
      'shared/b.ts': '// biome-ignore lint/suspicious/noExplicitAny: contravariant\ntype B = Route<any>',
    },
  },
  {
    says: 'nothing outside the project is imported',
    rule: rules.noOutsideFolders,
    broken: [{ 'server/app.ts': "import { a } from '../../elsewhere/a.ts'" }],
    fine: { 'server/app.ts': "import { a } from '../shared/a.ts'" },
  },
]

describe('the rules of the house', () => {
  for (const { says, rule } of cases) {
    test(says, () => {
      const found = rule(sources)
      expect(found, found.join('\n')).toEqual([])
    })
  }

  test('every table has an owner', () => {
    expect(rules.everyTableHasAnOwner(Object.keys(tables))).toEqual([])
  })

  test('every relative import names a file that is there, so that no rule looks past one', () => {
    const paths = new Set(sources.map((source) => source.path))
    const lost = sources
      .flatMap(importsOf)
      .filter(({ to }) => /^(server|shared|sandbox|bench)\//.test(to) && /\.tsx?$/.test(to) && !paths.has(to))
    expect(lost).toEqual([])
  })
})

describe('a breach of each rule is noticed', () => {
  for (const { says, rule, broken, fine } of cases) {
    test(says, () => {
      for (const files of broken) {
        const found = rule(planted(files))
        expect(found, JSON.stringify(files)).toHaveLength(1)
        expect(found[0]?.length).toBeGreaterThan(60)
      }
      expect(rule(planted(fine ?? {}))).toEqual([])
    })
  }

  test('every table has an owner', () => {
    expect(rules.everyTableHasAnOwner(['chats', 'nobodys_table'])).toHaveLength(1)
  })
})
