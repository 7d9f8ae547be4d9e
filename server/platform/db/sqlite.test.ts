import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'

it('a SQLite file that was closed holds everything by itself, without its log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticklegram-sqlite-'))
  const [file, copy] = [join(folder, 'a.db'), join(folder, 'copy.db')]
  const db = await openDatabase(`sqlite:${file}`)
  await migrate(db)
  await db.q.insertInto('sequences').values({ name: 'told', value: 7 }).execute()
  await db.close()
  copyFileSync(file, copy)
  const again = await openDatabase(`sqlite:${copy}`)
  expect(await again.q.selectFrom('sequences').select('value').where('name', '=', 'told').execute()).toEqual([
    { value: 7 },
  ])
  await again.close()
  rmSync(folder, { recursive: true })
})
